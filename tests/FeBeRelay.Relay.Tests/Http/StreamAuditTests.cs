using System.Globalization;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>What the audit log has of the streams of an http endpoint, and what the endpoint does where the log cannot be written.</summary>
public sealed class StreamAuditTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    [Fact]
    public async Task A_stream_is_told_once_for_all_the_exchanges_that_it_carries()
    {
        var audit = new CollectedAudit();
        await using Hop hop = await Hop.StartAsync(new HttpNodes { Audit = audit.LogOf("fe", TimeProvider.System) });
        (HttpClientSocket served, string head) = await hop.AskAsync(Request);
        const string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        await served.SendAsync(answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
        await hop.Client.SendAsync(Request);
        await served.ReadHeadAsync();
        await served.SendAsync(answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
        await Eventually.TrueAsync(() => hop.Nodes.Relay.Http!.IdleConnections == 1);
        served.HalfClose();

        AuditEvent used = await audit.SingleAsync(AuditEventId.ServiceUsed);
        AuditEvent ended = await audit.SingleAsync(AuditEventId.ServiceEnded);
        Assert.All([used, ended], e => Assert.Equal(("owa", "owa", AuditOutcome.Success), (e.Endpoint, e.Service, e.Outcome)));
        Assert.Equal(used.Channel, ended.Channel);
        Assert.Equal("ended", ended.Reason);
        Assert.Equal(((ulong)head.Length * 2, (ulong)answer.Length * 2), (ended.BytesSent, ended.BytesReceived));
        Assert.Empty(audit.Failures);
    }

    [Fact]
    public async Task A_stream_that_the_peer_refuses_is_a_failure_with_its_code()
    {
        var audit = new CollectedAudit();
        await using Hop hop = await Hop.StartAsync(new HttpNodes
        {
            Audit = audit.LogOf("fe", TimeProvider.System),
            Settings = { ["ReverseProxy:Clusters:mail:Destinations:d0:Address"] = "febe://imap@be0" },
        });
        await hop.Client.SendAsync(Request);
        Assert.StartsWith("HTTP/1.1 502 ", await hop.Client.ReadToAsync("Correlation id: "));

        AuditEvent refused = await audit.SingleFailureAsync(AuditEventId.ServiceRefused);
        Assert.Equal(("owa", "imap", "no_service", FailurePoint.Peer), (refused.Endpoint, refused.Service, refused.Code, refused.FailurePoint));
        await audit.SingleAsync(AuditEventId.ServiceEnded);
    }

    [Fact]
    public async Task A_client_that_goes_leaves_a_stream_that_was_cut()
    {
        var audit = new CollectedAudit();
        await using Hop hop = await Hop.StartAsync(new HttpNodes { Audit = audit.LogOf("fe", TimeProvider.System) });
        (HttpClientSocket served, _) = await hop.AskAsync(Request);
        hop.Client.Reset();
        Assert.True(await served.EndsWithResetAsync());
        AuditEvent ended = await audit.SingleAsync(AuditEventId.ServiceEnded);
        Assert.Equal("cut", ended.Reason);
    }

    [Fact]
    public async Task Requests_are_refused_while_the_log_cannot_be_written()
    {
        var audit = new CollectedAudit();
        await using Hop hop = await Hop.StartAsync(new HttpNodes { Audit = audit.LogOf("fe", TimeProvider.System) });
        (HttpClientSocket served, _) = await hop.AskAsync(Request);
        audit.MayAdmit = false;

        // What runs goes on.
        await served.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await hop.Client.ReadToAsync("\r\n\r\nok");
        await hop.Client.SendAsync(Request);
        string refusal = await hop.Client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 503 ", refusal);
        string length = refusal.Split("Content-Length: ")[1].Split("\r\n")[0];
        Assert.Matches(@"\n\nStep: recording the request: .*\nCorrelation id: \w+:\d+\n$", await hop.Client.ReadAsync(int.Parse(length, CultureInfo.InvariantCulture)));

        audit.MayAdmit = true;
        await hop.Client.SendAsync(Request);
        await served.ReadHeadAsync();
    }
}
