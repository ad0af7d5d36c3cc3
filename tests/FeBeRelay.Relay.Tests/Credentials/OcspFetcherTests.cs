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
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing;
using FeBeRelay.Testing.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Credentials;

/// <summary>A node that asks a responder, by a clock that the test moves.</summary>
public sealed class OcspFetcherTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private readonly CertificateFolder _folder = new();
    private readonly SettableClock _time = new();
    private readonly CollectedLog _log = new();
    private readonly CollectedAudit _audit = new();
    private readonly X509Certificate2 _peer;
    private WebApplication? _server;
    private CredentialWatch? _watch;
    private Func<TestResponder, TestResponder>? _answer = responder => responder;
    private int _questions;

    public OcspFetcherTests() => _peer = _authority.Issue("be1.lab.test");

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        _server = builder.Build();
        _server.MapPost("/", () =>
        {
            Interlocked.Increment(ref _questions);
            return _answer is { } answer ? Results.Bytes(answer(new TestResponder(_authority, _time.GetUtcNow())).AnswerAbout(_peer), "application/ocsp-response") : Results.StatusCode(503);
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _folder.Write("ca.pem", _authority.Certificate.ExportCertificatePem());
        (string certificate, string key) = _authority.IssuePem(new TestLeaf("fe1.lab.test") { NotAfter = DateTimeOffset.UtcNow.AddDays(60) });
        _folder.Write("fe1.pem", certificate);
        _folder.WriteSecret("fe1.key", key);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }
        await _server!.DisposeAsync();
        _peer.Dispose();
        _folder.Dispose();
        _authority.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_certificate_that_was_never_seen_is_refused_asked_about_at_once_and_then_accepted()
    {
        NodeIdentity identity = await StartAsync("refuse");

        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(identity));
        await Eventually.TrueAsync(() => Refusal(identity) is null);

        Assert.Equal(1, _questions);
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task Where_unknown_is_accepted_it_is_accepted_until_the_responder_says_revoked()
    {
        _answer = responder => responder with { Status = 1 };
        NodeIdentity identity = await StartAsync("accept");

        Assert.Null(Refusal(identity));

        await Eventually.TrueAsync(() => Refusal(identity) == IdentityRefusal.Revoked);
    }

    [Fact]
    public async Task What_is_revoked_later_is_known_at_the_next_question_and_what_is_put_right_too()
    {
        NodeIdentity identity = await StartAsync("refuse");
        await Eventually.TrueAsync(() => Refusal(identity) is null);
        _answer = responder => responder with { Status = 1 };
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Null(Refusal(identity));

        await AfterAsync(TimeSpan.FromMinutes(1), () => Refusal(identity) == IdentityRefusal.Revoked);

        _answer = responder => responder;
        await AfterAsync(TimeSpan.FromHours(1), () => Refusal(identity) is null);
    }

    [Fact]
    public async Task While_the_responder_is_away_its_answer_counts_until_it_ends()
    {
        NodeIdentity identity = await StartAsync("refuse");
        await Eventually.TrueAsync(() => Refusal(identity) is null);
        _answer = null;

        await AfterAsync(TimeSpan.FromHours(1), () => _log.Warnings.Count > 0);
        Assert.Contains("cannot be asked", _log.Warnings[0], StringComparison.Ordinal);
        Assert.Null(Refusal(identity));

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(identity));
        _answer = responder => responder;
        await AfterAsync(TimeSpan.FromMinutes(2), () => Refusal(identity) is null);
    }

    [Fact]
    public async Task A_forged_a_stale_and_an_older_answer_change_nothing_and_are_told()
    {
        NodeIdentity identity = await StartAsync("refuse");
        await Eventually.TrueAsync(() => Refusal(identity) is null);
        using TestAuthority namesake = TestAuthority.Create(now: DateTimeOffset.UtcNow);

        _answer = responder => responder with { Impostor = namesake, Status = 1 };
        await AfterAsync(TimeSpan.FromHours(1), () => Refused() == 1);
        _answer = responder => responder with { Status = 1, Now = _time.GetUtcNow().AddDays(-3), NextUpdate = _time.GetUtcNow().AddDays(-2) };
        await AfterAsync(TimeSpan.FromMinutes(1), () => Refused() == 2);
        Assert.Null(Refusal(identity));

        _answer = responder => responder with { Status = 1 };
        await AfterAsync(TimeSpan.FromMinutes(1), () => Refusal(identity) == IdentityRefusal.Revoked);
        // Somebody on the way has kept a good one.
        int before = _questions;
        _answer = responder => responder with { Now = _time.GetUtcNow().AddHours(-3) };
        await AfterAsync(TimeSpan.FromHours(1), () => _questions > before);
        Assert.Equal(IdentityRefusal.Revoked, Refusal(identity));

        int Refused() => _audit.Events.Count(e => e.Id == (int)AuditEventId.RevocationAnswerRefused);
    }

    [Fact]
    public async Task A_responder_that_does_not_know_the_certificate_leaves_it_unknown()
    {
        _answer = responder => responder with { Status = 2 };
        NodeIdentity identity = await StartAsync("refuse");

        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(identity));
        await Eventually.TrueAsync(() => Problem(identity)!.Explanation.Contains("does not know this certificate", StringComparison.Ordinal));
    }

    /// <summary>Moves the clock, and then by single looks until it is so: what hears of the first may still be busy with the one before.</summary>
    private async Task AfterAsync(TimeSpan time, Func<bool> condition)
    {
        _time.Advance(time);
        await Eventually.TrueAsync(() =>
        {
            if (condition())
            {
                return true;
            }
            _time.Advance(TimeSpan.FromSeconds(10));
            return condition();
        });
    }

    private CertificateProblem? Problem(NodeIdentity identity) => identity.Verify(_authority.ChainOf(_peer), PeerRole.Responder).Problem;

    private IdentityRefusal? Refusal(NodeIdentity identity) => Problem(identity)?.Refusal;

    private async Task<NodeIdentity> StartAsync(string whenUnknown)
    {
        var settings = new LocalNodeSettings
        {
            Certificate = new CertificateSettings { Path = _folder["fe1.pem"], KeyPath = _folder["fe1.key"] },
            TrustedRoots = [_folder["ca.pem"]],
            Revocation = new RevocationSettings { Responders = [_server!.Urls.Single()], WhenUnknown = whenUnknown },
        };
        var files = new CredentialFiles(settings, [PeerRole.Initiator], _time);
        var identity = new NodeIdentity(files.LoadCertificate(), files.LoadRoots(), [Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, _time);
        var audit = new AuditLog(_audit, AuditSelection.All, "fe1", _time);
        TimeSpan interval = TimeSpan.FromSeconds(settings.Revocation.FetchSeconds);
        _watch = new CredentialWatch(
            identity, new AssociationTable(NullLogger<AssociationTable>.Instance), files, new RevocationFetcher([], interval, _time, _log),
            new OcspFetcher(files.Responders, interval, audit, _time, _log), audit, _time, _log);
        await _watch.StartAsync(TimeSpan.FromSeconds(10));
        return identity;
    }
}
