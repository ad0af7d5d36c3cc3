using System.Net;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Relay.Tests.Policies.Outbound;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Policy;

/// <summary>Requests of an http endpoint go as policy says: protected, clear or not at all, and what goes clear is told.</summary>
public sealed class PostureTests
{
    private static readonly byte[] ForgedAlert = Convert.FromHexString("FB4642520D0A0D0A7F00000000");

    [Theory]
    [InlineData("server")]
    [InlineData("requireInRequestOut")]
    [InlineData("secureServer")]
    public async Task A_capable_node_is_reached_protected(string posture)
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(RuleOf(posture), nodes.StartListener().NodePorts[0]);

        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal((200, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client));
        Assert.Equal((200, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client));

        nodes.AssertNothingWentClear();
        Assert.Equal(1, nodes.BackEnd.Connections);
    }

    [Fact]
    public async Task A_node_that_is_not_capable_is_reached_clear_under_request_and_not_tried_again()
    {
        await using var nodes = new HttpPolicyNodes();
        using StubPeer peer = StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        nodes.StartRelay(RuleOf("server"), peer.EndPoint);

        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal((200, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client));
        int tries = peer.Connections;
        Assert.Equal((200, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client));

        Assert.Equal((tries, 1), (peer.Connections, nodes.ClearServer.Connections));
        await nodes.Audit.SingleAsync(AuditEventId.FallbackToSoft);
        AuditEvent clear = await nodes.Audit.SingleAsync(AuditEventId.ClearTraffic);
        Assert.Equal((HttpPolicyNodes.Endpoint, "be", "tested", ClearCause.Soft), (clear.Endpoint, clear.PeerNode, clear.Rule, clear.Cause));
        Assert.Equal(nodes.ClearServer.EndPoint.ToString(), clear.RemoteAddress);
    }

    [Fact]
    public async Task A_clear_connection_is_listed_and_counted_until_it_ends()
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, Closed());

        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal((200, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client));
        Assert.Equal(HttpPolicyNodes.Endpoint, Assert.Single(nodes.Relay.Clear.Open).Flow.Endpoint);
        nodes.ClearServer.Dispose();

        await Eventually.TrueAsync(() => nodes.Relay.Clear.Open.Count == 0);
        AuditEvent ended = await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficEnded);
        ulong sent = (ulong)nodes.ClearServer.Requests.Single().Length;
        Assert.Equal((sent, (ulong)"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nclear".Length), (ended.BytesSent, ended.BytesReceived));
    }

    [Fact]
    public async Task Under_respond_the_first_request_is_clear_and_after_the_enquiry_nothing_is_and_the_clear_connection_ends()
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(RuleOf("client"), nodes.StartListener().NodePorts[0]);
        using HttpClientSocket client = await nodes.ConnectAsync();

        Assert.Equal((200, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client));
        await Eventually.TrueAsync(() => nodes.Relay.Associations.All.Count == 1);
        await Eventually.TrueAsync(() => nodes.Relay.Clear.Open.Count == 0);
        Assert.Equal((200, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client));

        Assert.Equal((1, 1), (nodes.ClearServer.Connections, nodes.ClearServer.Requests.Count));
        await Eventually.TrueAsync(() => nodes.ClearServer.Ended == 1);
    }

    [Theory]
    [InlineData("server")]
    [InlineData("requireInRequestOut")]
    [InlineData("secureServer")]
    public async Task Where_credentials_are_refused_nothing_goes_clear(string posture)
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(RuleOf(posture), nodes.StartListener(nodes.Nodes.Identity("other.lab.test")).NodePorts[0]);

        (int status, string page) = await nodes.AskAsync();

        Assert.Equal(502, status);
        Assert.Contains("Node: be\nStep: main mode with the node", page, StringComparison.Ordinal);
        nodes.AssertNothingWentClear();
        Assert.Empty(nodes.BackEnd.Requests);
    }

    [Theory]
    [InlineData("server")]
    [InlineData("secureServer")]
    public async Task Where_no_suite_is_in_common_nothing_goes_clear(string posture)
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(RuleOf(posture) with { Security = new SecurityMethods([Suite.Aes128Gcm], true, null) }, nodes.StartListener().NodePorts[0]);

        Assert.Equal(502, (await nodes.AskAsync()).Status);

        nodes.AssertNothingWentClear();
    }

    [Fact]
    public async Task A_forged_alert_blocks_and_the_page_names_node_step_and_correlation_id()
    {
        await using var nodes = new HttpPolicyNodes();
        using StubPeer peer = StubPeer.Saying(ForgedAlert);
        nodes.StartRelay(RuleOf("server"), peer.EndPoint);

        (int status, string page) = await nodes.AskAsync();

        Assert.Equal(502, status);
        Assert.Matches(@"^502 Bad Gateway\n\nNode: be\nStep: negotiating with the node\nCorrelation id: \w+:\d+\n$", page);
        nodes.AssertNothingWentClear();
        AuditEvent refused = await nodes.Audit.SingleAsync(AuditEventId.ClearTrafficRefused);
        Assert.Equal((HttpPolicyNodes.Endpoint, "be", "tested"), (refused.Endpoint, refused.PeerNode, refused.Rule));
        Assert.StartsWith("negotiationFailed: ", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_blocks_is_503()
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Block }, nodes.StartListener().NodePorts[0]);

        (int status, string page) = await nodes.AskAsync();

        Assert.Equal(503, status);
        Assert.Contains("Node: be\nStep: asking policy, which blocks the way to the node\n", page, StringComparison.Ordinal);
        Assert.Equal((0, 0), (nodes.BackEnd.Connections, nodes.ClearServer.Connections));
    }

    [Theory]
    [InlineData("client")]
    [InlineData("server")]
    public async Task Without_an_address_for_clear_bytes_none_is_sent(string posture)
    {
        await using var nodes = new HttpPolicyNodes { HasClearTo = false };
        nodes.StartRelay(RuleOf(posture), Closed());

        (int status, string page) = await nodes.AskAsync();

        Assert.Equal(503, status);
        Assert.Contains("the destination has no clearTo", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_policy_holds_for_the_next_request_and_connections_of_the_old_one_are_not_used_again()
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, nodes.StartListener().NodePorts[0]);
        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal((200, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client));

        nodes.Policy.Change(OutboundNodes.PolicyOf(RuleOf("secureServer")), "the test");
        Assert.Equal((200, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client));
        nodes.Policy.Change(OutboundNodes.PolicyOf(new PolicyRule { Name = "", Action = FilterAction.Block }), "the test");
        Assert.Equal(503, (await HttpPolicyNodes.AskAsync(client)).Status);

        Assert.Equal((1, 1), (nodes.ClearServer.Requests.Count, nodes.BackEnd.Requests.Count));
    }

    [Fact]
    public async Task Rules_tell_http_endpoints_apart()
    {
        await using var nodes = new HttpPolicyNodes { Settings = { ["Kestrel:Endpoints:other:Url"] = "http://127.0.0.1:0" } };
        var filter = new PolicyFilter { Endpoint = HttpPolicyNodes.Endpoint };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit, Filters = [filter] }, nodes.StartListener().NodePorts[0]);
        var answers = new List<string>();
        foreach (Uri address in nodes.Relay.Http!.Addresses)
        {
            using var http = new HttpClient();
            answers.Add(await http.GetStringAsync(address, TestContext.Current.CancellationToken));
        }

        Assert.Equal([HttpPolicyNodes.Clear, HttpPolicyNodes.Protected], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_health_check_goes_the_way_of_the_policy_too()
    {
        await using var nodes = new HttpPolicyNodes
        {
            Settings =
            {
                ["ReverseProxy:Clusters:mail:HealthCheck:Active:Enabled"] = "true",
                ["ReverseProxy:Clusters:mail:HealthCheck:Active:Path"] = "/alive",
                ["ReverseProxy:Clusters:mail:HealthCheck:Active:Interval"] = "00:00:01",
            },
        };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, Closed());

        await Eventually.TrueAsync(() => nodes.ClearServer.Requests.Any(r => r.StartsWith("GET /alive ", StringComparison.Ordinal)));
        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync());
    }

    [Fact]
    public async Task An_address_for_clear_bytes_that_does_not_answer_is_502_and_the_node_is_asked_all_the_same()
    {
        await using var nodes = new HttpPolicyNodes();
        nodes.ClearServer.Dispose();
        nodes.StartRelay(RuleOf("client"), nodes.StartListener().NodePorts[0]);

        (int status, string page) = await nodes.AskAsync();
        Assert.Equal(502, status);
        Assert.Contains("Step: connecting to where the node takes clear connections\n", page, StringComparison.Ordinal);

        await Eventually.TrueAsync(() => nodes.Relay.Associations.All.Count == 1);
        Assert.Equal((200, HttpPolicyNodes.Protected), await nodes.AskAsync());
    }

    [Theory]
    [InlineData(FilterAction.Permit)]
    [InlineData(FilterAction.Negotiate)]
    public async Task A_connection_that_has_carried_nothing_for_an_hour_is_closed(FilterAction action)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var nodes = new HttpPolicyNodes(clock);
        nodes.StartRelay(new PolicyRule { Name = "", Action = action }, nodes.StartListener().NodePorts[0]);
        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal(200, (await HttpPolicyNodes.AskAsync(client)).Status);
        await Eventually.TrueAsync(() => nodes.Relay.Http!.IdleConnections == 1);

        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(1, nodes.Relay.Http!.IdleConnections);
        clock.Advance(TimeSpan.FromMinutes(2));

        await Eventually.TrueAsync(() => nodes.Relay.Http!.IdleConnections == 0 && nodes.ClearServer.Ended + nodes.BackEnd.Ended == 1);
    }

    [Fact]
    public async Task A_fault_of_this_node_sends_nothing_clear()
    {
        // Documentation's address is none of this host's.
        await using var nodes = new HttpPolicyNodes { SourceAddress = IPAddress.Parse("192.0.2.1") };
        nodes.StartRelay(RuleOf("server"), Closed());

        Assert.Equal(502, (await nodes.AskAsync()).Status);

        nodes.AssertNothingWentClear();
    }

    internal static PolicyRule RuleOf(string posture) => OutboundNodes.RuleOf(Posture.TryFind(posture, out Posture? found) ? found : throw new ArgumentException(posture));

    internal static IPEndPoint Closed()
    {
        using var gone = new BackEndStub();
        return gone.EndPoint;
    }
}
