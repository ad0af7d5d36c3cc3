using System.Net;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Credentials;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Testing;
using FeBeRelay.Testing.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Credentials;

/// <summary>Files that change under a running node, by a clock that the test moves.</summary>
public sealed class CredentialWatchTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly TestAuthority _authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private readonly CertificateFolder _folder = new();
    private readonly SettableClock _time = new();
    private readonly CollectedLog _log = new();
    private readonly CollectedAudit _audit = new();
    private readonly X509Certificate2 _peer;

    /// <summary>Not near its end.</summary>
    private static TestLeaf OwnLeaf => new("fe1.lab.test") { NotAfter = DateTimeOffset.UtcNow.AddDays(60) };

    public CredentialWatchTests()
    {
        _folder.Write("ca.pem", _authority.Certificate.ExportCertificatePem());
        _peer = _authority.Issue("be1.lab.test");
        Issue(OwnLeaf);
    }

    public void Dispose()
    {
        _peer.Dispose();
        _folder.Dispose();
        _authority.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart()
    {
        NodeIdentity identity = await StartAsync();
        string before = identity.Certificate.Fingerprint;
        _time.Advance(Interval);
        Assert.Equal(before, identity.Certificate.Fingerprint);

        string issued = Issue(OwnLeaf);
        _time.Advance(Interval);

        Assert.Equal(issued, identity.Certificate.Fingerprint);
        Assert.Contains(issued, Assert.Single(_audit.Events, e => e.Id == (int)AuditEventId.CredentialsReplaced).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_change_nothing_and_are_told_once_when_they_have_come_to_rest()
    {
        NodeIdentity identity = await StartAsync();
        string before = identity.Certificate.Fingerprint;

        (string certificate, string key) = _authority.IssuePem(OwnLeaf);
        _folder.Write("fe1.pem", certificate);
        _time.Advance(Interval);
        Assert.Empty(_log.Warnings);
        _time.Advance(Interval);
        _time.Advance(Interval);

        Assert.Contains("does not belong to the certificate", Assert.Single(_log.Warnings), StringComparison.Ordinal);
        Assert.Single(_audit.Events, e => e.Id == (int)AuditEventId.CredentialsNotUsable);
        Assert.Equal(before, identity.Certificate.Fingerprint);

        _folder.WriteSecret("fe1.key", key);
        _time.Advance(Interval);
        Assert.NotEqual(before, identity.Certificate.Fingerprint);
    }

    [Fact]
    public async Task A_removed_root_and_a_list_that_names_the_peer_take_effect()
    {
        _folder.Write("ca.crl", "");
        WriteList();
        NodeIdentity identity = await StartAsync("ca.crl");
        Assert.True(Accepts(identity));

        WriteList(_peer);
        _time.Advance(Interval);
        Assert.Equal(IdentityRefusal.Revoked, Refusal(identity));

        WriteList();
        _time.Advance(Interval);
        Assert.True(Accepts(identity));

        using TestAuthority other = TestAuthority.Create("Other", now: DateTimeOffset.UtcNow);
        _folder.Write("ca.pem", other.Certificate.ExportCertificatePem());
        _time.Advance(Interval);
        Assert.Equal(IdentityRefusal.UntrustedRoot, Refusal(identity));
    }

    [Fact]
    public async Task A_list_is_fetched_by_its_address_again_and_again_and_the_old_one_counts_while_it_cannot_be()
    {
        byte[] list = List();
        int status = 200;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        await using WebApplication server = builder.Build();
        server.MapGet("/ca.crl", () => status == 200 ? Results.Bytes(list) : Results.StatusCode(status));
        await server.StartAsync(TestContext.Current.CancellationToken);
        NodeIdentity identity = await StartAsync($"{server.Urls.Single()}/ca.crl");
        Assert.True(Accepts(identity));

        status = 500;
        list = List(_peer);
        _time.Advance(TimeSpan.FromHours(1));
        await Nodes.Eventually.TrueAsync(() => _log.Warnings.Count == 1);
        Assert.Contains("cannot be fetched", _log.Warnings[0], StringComparison.Ordinal);
        Assert.True(Accepts(identity));

        status = 200;
        await Nodes.Eventually.TrueAsync(() =>
        {
            _time.Advance(Interval);
            return !Accepts(identity);
        });
        Assert.Equal(IdentityRefusal.Revoked, Refusal(identity));

        // A clock that was ahead is put right: the list is fetched all the same.
        _time.SetBy(TimeSpan.FromHours(-1));
        list = List();
        _time.Advance(TimeSpan.FromHours(1));
        await Nodes.Eventually.TrueAsync(() => Accepts(identity));
    }

    [Fact]
    public async Task The_end_of_the_own_certificate_is_told_six_times_and_that_of_a_list_twice()
    {
        WriteList();
        Issue(OwnLeaf with { NotAfter = _time.GetUtcNow().AddDays(30) });
        await StartAsync(TimeSpan.FromHours(6), "ca.crl");
        Assert.Contains("certificate ends", Assert.Single(_log.Warnings), StringComparison.Ordinal);

        for (int day = 0; day < 32; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(6, _log.Warnings.Count(w => w.Contains("certificate ends", StringComparison.Ordinal)));
        Assert.Equal(2, _log.Warnings.Count(w => w.Contains("revocation list of", StringComparison.Ordinal)));
        Assert.Equal(8, _audit.Events.Count(e => e.Id == (int)AuditEventId.CredentialsEnd));
    }

    private Task<NodeIdentity> StartAsync(params string[] lists) => StartAsync(Interval, lists);

    private async Task<NodeIdentity> StartAsync(TimeSpan interval, params string[] lists)
    {
        var settings = new LocalNodeSettings
        {
            Certificate = new CertificateSettings { Path = _folder["fe1.pem"], KeyPath = _folder["fe1.key"] },
            TrustedRoots = [_folder["ca.pem"]],
            Revocation = new RevocationSettings { Lists = [.. lists.Select(l => l.StartsWith("http", StringComparison.Ordinal) ? l : _folder[l])] },
        };
        var files = new CredentialFiles(settings, [PeerRole.Initiator], _time);
        var identity = new NodeIdentity(files.LoadCertificate(), files.LoadRoots(), [Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, _time);
        var audit = new AuditLog(_audit, new AuditSelection(Enum.GetValues<AuditCategory>(), Enum.GetValues<AuditCategory>()), "fe1", _time);
        var watch = new CredentialWatch(
            identity, new AssociationTable(NullLogger<AssociationTable>.Instance), files,
            new RevocationFetcher(files.Addresses, TimeSpan.FromSeconds(settings.Revocation.FetchSeconds), _time, _log),
            new OcspFetcher(files.Responders, TimeSpan.FromSeconds(settings.Revocation.FetchSeconds), audit, _time, _log), audit, _time, _log);
        await watch.StartAsync(interval);
        return identity;
    }

    private string Issue(TestLeaf leaf)
    {
        (string certificate, string key) = _authority.IssuePem(leaf);
        _folder.Write("fe1.pem", certificate);
        _folder.WriteSecret("fe1.key", key);
        using X509Certificate2 issued = X509Certificate2.CreateFromPem(certificate);
        return issued.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant();
    }

    private void WriteList(params X509Certificate2[] revoked) => File.WriteAllBytes(_folder["ca.crl"], List(revoked));

    private byte[] List(params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (X509Certificate2 certificate in revoked)
        {
            builder.AddEntry(certificate, _time.GetUtcNow());
        }
        return _authority.SignList(builder, BigInteger.One, _time.GetUtcNow().AddMinutes(-1), _time.GetUtcNow().AddDays(7));
    }

    private bool Accepts(NodeIdentity identity) => Refusal(identity) is null;

    private IdentityRefusal? Refusal(NodeIdentity identity) => identity.Verify(_authority.ChainOf(_peer), PeerRole.Responder).Problem?.Refusal;
}
