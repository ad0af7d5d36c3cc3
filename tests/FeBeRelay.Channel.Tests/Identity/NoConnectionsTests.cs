using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>A stranger's certificate can name addresses to fetch issuers and revocation lists from. Nobody may be sent there.</summary>
public sealed class NoConnectionsTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly Uri _address;

    public NoConnectionsTests()
    {
        _listener.Start();
        _address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Fetch_addresses_in_an_accepted_certificate_see_no_connection()
    {
        Assert.True(Verify(_authority.ChainOf(new TestLeaf("be1.lab.test").WithFetchAddresses(_address))).IsAccepted);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public void Fetch_addresses_in_a_strangers_certificate_see_no_connection()
    {
        using var stranger = TestAuthority.Create("Stranger");
        using var intermediate = stranger.Intermediate("Not Sent");
        using var leaf = intermediate.Issue(new TestLeaf("be1.lab.test").WithFetchAddresses(_address));
        Assert.Equal(IdentityRefusal.UntrustedRoot, Verify([leaf.RawData]).Problem?.Refusal);
        Assert.False(_listener.Pending());
    }

    /// <summary>Shows that the two tests above can fail: the engine left to itself does connect.</summary>
    [Fact]
    public async Task The_chain_engine_left_to_itself_does_connect()
    {
        using var stranger = TestAuthority.Create("Stranger");
        using var leaf = stranger.Issue(new TestLeaf("be1.lab.test").WithFetchAddresses(_address));
        var connected = _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        var building = Task.Run(
            () =>
            {
                using var chain = new X509Chain();
                chain.ChainPolicy.UrlRetrievalTimeout = TimeSpan.FromSeconds(1);
                chain.Build(leaf);
            },
            TestContext.Current.CancellationToken);
        Assert.Same(connected, await Task.WhenAny(connected, building));
        using (await connected)
            _listener.Stop();
        await building;
    }

    private PeerVerdict Verify(IReadOnlyList<byte[]> chain)
    {
        using var own = _authority.Issue("fe1.lab.test");
        return new PeerCertificateVerifier(TrustedRoots.FromCertificates(_authority.Certificate), new FakeTimeProvider(_authority.Now), own.RawData)
            .Verify(chain, PeerRole.Responder);
    }
}
