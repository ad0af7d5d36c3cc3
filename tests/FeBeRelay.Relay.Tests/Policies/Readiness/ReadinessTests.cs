using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies.Readiness;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Readiness;

/// <summary>What a security log says of Secure Server before it is in force.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-ready-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly List<string> _lines = [];
    private string[] _success = ["logon", "clear"];

    [Fact]
    public async Task Sources_and_connections_are_told_by_rule_and_cause_with_a_verdict()
    {
        Add(20, AuditEventId.NodeStarted);
        Add(9, AuditEventId.ClearTraffic, "owa", "10.1.9.7", "old", ClearCause.Permit);
        Add(5, AuditEventId.ClearTraffic, "owa", "10.1.9.7", "old", ClearCause.Permit);
        Add(4, AuditEventId.ClearTraffic, "owa", "10.1.9.7", "old", ClearCause.Permit);
        Add(3, AuditEventId.ClearTrafficEnded, "owa", "10.1.9.7", "old", ClearCause.Permit);
        Add(3, AuditEventId.ClearTraffic, "out", "be2", "server", ClearCause.Soft);
        Add(2, AuditEventId.ClearTraffic, "out", "be3", "client", ClearCause.Permit);
        Add(2, AuditEventId.ClearTraffic, "out", "be4", "client", ClearCause.Permit);
        Add(1, AuditEventId.AssociationEstablished, peer: "be4.lab.test");
        _lines.Add("{ this is no line of a log }");

        ReadinessReport report = await CheckAsync(days: 7);

        Assert.Equal((null, false, 3L), (report.Gap, report.IsReady, report.Failing));
        Assert.Equal(
            ["Fails in owa 10.1.9.7 old permit 2 300", "Fails out out be2 server soft 1 0", "Unknown out out be3 client permit 1 0", "Passes out out be4 client permit 1 0"],
            report.Findings.Select(f => $"{f.Verdict} {f.Direction} {f.Name} {f.Source} {f.Rule} {f.Cause} {f.Connections} {f.Bytes}"));
        Assert.Equal((_time.GetUtcNow().AddDays(-5), _time.GetUtcNow().AddDays(-4)), (report.Findings[0].First, report.Findings[0].Last));
    }

    [Fact]
    public async Task Ready_is_only_what_the_log_can_answer_for()
    {
        Assert.Contains("no security log", (await CheckAsync(days: 7)).Gap, StringComparison.Ordinal);
        Add(3, AuditEventId.NodeStarted);
        Assert.Contains("begins at 2026-06-27", (await CheckAsync(days: 7)).Gap, StringComparison.Ordinal);
        Assert.True((await CheckAsync(days: 2)).IsReady);
        _success = ["logon"];
        Assert.Contains("audit:success", (await CheckAsync(days: 2)).Gap, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<ReadinessReport> CheckAsync(int days)
    {
        string path = Path.Combine(_folder, "node.jsonl");
        if (_lines.Count > 0)
        {
            File.WriteAllLines(path, _lines);
        }
        static PeerNodeSettings Peer(string name) => new() { Address = EndpointAddress.Parse("127.0.0.1:9"), Identity = name };
        var configuration = new NodeConfiguration
        {
            Node = new LocalNodeSettings { Certificate = new CertificateSettings { Path = "node.pem" }, TrustedRoots = [] },
            Nodes = new Dictionary<string, PeerNodeSettings> { ["be2"] = Peer("be2.lab.test"), ["be3"] = Peer("be3.lab.test"), ["be4"] = Peer("be4.lab.test") },
            Listener = new ListenerSettings
            {
                Listen = [],
                Services = new Dictionary<string, ServiceSettings> { ["owa"] = new() { BackEnd = EndpointAddress.Parse("unix:/nowhere"), Peers = ["fe1.lab.test"] } },
            },
            Audit = new AuditSettings { Path = path, Success = _success },
        };
        return new ReadinessCheck(configuration, new ConfigurationBuilder().Build(), _time).RunAsync(days, TestContext.Current.CancellationToken);
    }

    private void Add(int daysAgo, AuditEventId id, string? endpoint = null, string? peer = null, string? rule = null, ClearCause? cause = null) =>
        _lines.Add(System.Text.Encoding.UTF8.GetString(AuditText.Write(new AuditEvent
        {
            Number = _lines.Count + 1,
            Time = _time.GetUtcNow().AddDays(-daysAgo),
            Id = (int)id,
            Endpoint = endpoint,
            PeerNode = id == AuditEventId.AssociationEstablished ? null : peer,
            PeerIdentity = id == AuditEventId.AssociationEstablished ? [peer!] : null,
            Role = id == AuditEventId.AssociationEstablished ? "initiator" : null,
            Rule = rule,
            Cause = cause,
            BytesSent = id == AuditEventId.ClearTrafficEnded ? 100ul : null,
            BytesReceived = id == AuditEventId.ClearTrafficEnded ? 200ul : null,
        })));
}
