using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Policies;
using FeBeRelay.WebConsole.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>The console in this process, over a node whose figures the test makes.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";

    private readonly WebApplication _server;
    private readonly SiteHost _site;
    private readonly AssociationTable _associations = new(NullLogger<AssociationTable>.Instance);
    private readonly NodeMonitor _totals;
    private readonly CounterHistory _history;

    private FakeNode(IReadOnlyList<AssociationView> associations)
    {
        NodeIdentity identity = NewIdentity();
        var policy = new EffectivePolicy(NodePolicy.Of(Posture.SecureServer));
        AuditLog audit = AuditLog.None();
        _totals = new NodeMonitor(_associations, audit, identity, "fake", policy, () => [], TimeProvider.System);
        _history = new CounterHistory(_totals.ReadTotals, TimeProvider.System);
        var node = new ManagedNode
        {
            Monitor = () => _totals.Read() with { Associations = [.. associations.Select(one => one with { BytesSent = one.BytesSent + (ulong)Interlocked.Increment(ref _readings) })] },
            History = _history,
            Identity = identity,
            Policy = policy,
            Peers = [],
            Associations = _associations,
            Actions = new AssociationActions(_associations, () => [], TimeProvider.System),
            Audit = audit,
            Tokens = new ManagementTokens(Token, "none"),
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        };
        _site = new SiteHost(() => ConsoleSite.Create(node));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(_site.InvokeAsync);
    }

    private long _readings;

    public Uri Console => new($"{_server.Urls.Single()}{SiteHost.Base}/");

    public static async Task<FakeNode> StartAsync(IReadOnlyList<AssociationView> associations)
    {
        var node = new FakeNode(associations);
        await node._server.StartAsync();
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        _history.Dispose();
        _associations.Dispose();
    }

    private static NodeIdentity NewIdentity()
    {
        using var authority = CertificateAuthority.Create("fake", TimeProvider.System);
        using X509Certificate2 leaf = authority.Issue(new IssueRequest("fake.lab.test"));
        return new NodeIdentity(
            NodeCertificate.FromCertificate(leaf, [], [PeerRole.Initiator, PeerRole.Responder], TimeProvider.System),
            TrustedRoots.FromCertificates(X509CertificateLoader.LoadCertificate(authority.Certificate.RawData)),
            [Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, TimeProvider.System);
    }
}
