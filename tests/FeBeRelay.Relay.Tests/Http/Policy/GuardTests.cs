using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Relay.Tests.Policies.Outbound;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Policy;

/// <summary>A request that carries credentials or content does not go clear by accident.</summary>
public sealed class GuardTests
{
    public static TheoryData<string, string, string, string> Secrets => new()
    {
        { "GET", "Authorization: Basic YTpi\r\n", "", "credentials (Authorization)" },
        { "GET", "Proxy-Authorization: Basic YTpi\r\n", "", "credentials (Proxy-Authorization)" },
        { "GET", "Cookie: session=1\r\n", "", "credentials (Cookie)" },
        { "POST", "Content-Type: application/x-www-form-urlencoded\r\n", "user=a&password=b", "a form, which may be a logon" },
        { "POST", "Content-Type: multipart/form-data; boundary=x\r\n", "--x--", "a form, which may be a logon" },
        { "PUT", "", "letter", "a body" },
        { "GET", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n", "", "a change of protocol" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task It_is_refused_where_the_way_is_clear_and_said_why(string method, string fields, string body, string what)
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Refuse };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, PostureTests.Closed());

        (int status, string page) = await nodes.AskAsync(fields, method, body);

        Assert.Equal(503, status);
        Assert.Contains($"Node: be\nStep: guarding the request: it carries {what}", page, StringComparison.Ordinal);
        Assert.Matches(@"\nCorrelation id: \w+:\d+\n$", page);
        nodes.AssertNothingWentClear();
        AuditEvent guarded = await nodes.Audit.SingleAsync(AuditEventId.RequestGuarded);
        Assert.Equal((HttpPolicyNodes.Endpoint, "be", "tested", AuditOutcome.Failure), (guarded.Endpoint, guarded.PeerNode, guarded.Rule, guarded.Outcome));
        Assert.StartsWith($"it carries {what}", guarded.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task It_passes_where_the_way_is_protected(string method, string fields, string body, string what)
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Refuse };
        nodes.StartRelay(PostureTests.RuleOf("server"), nodes.StartListener().NodePorts[0]);

        Assert.Equal((200, HttpPolicyNodes.Protected), await nodes.AskAsync(fields, method, body));
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task What_carries_neither_goes_clear()
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Refuse };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, PostureTests.Closed());

        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync());
        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync(method: "POST"));
        Assert.Empty(nodes.Audit.Failures);
    }

    [Fact]
    public async Task Under_respond_it_waits_for_the_enquiry_and_goes_protected()
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Refuse };
        nodes.StartRelay(PostureTests.RuleOf("client"), nodes.StartListener().NodePorts[0]);

        Assert.Equal((200, HttpPolicyNodes.Protected), await nodes.AskAsync("Cookie: session=1\r\n"));

        nodes.AssertNothingWentClear();
    }

    [Theory]
    [InlineData("client")]
    [InlineData("server")]
    public async Task Of_a_node_that_is_not_capable_a_plain_request_is_answered_and_one_with_a_cookie_refused(string posture)
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Refuse };
        using StubPeer peer = StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        nodes.StartRelay(PostureTests.RuleOf(posture), peer.EndPoint);

        Assert.Equal(503, (await nodes.AskAsync("Cookie: session=1\r\n")).Status);
        nodes.AssertNothingWentClear();
        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync());

        await nodes.Audit.SingleAsync(AuditEventId.FallbackToSoft);
        Assert.DoesNotContain(nodes.ClearServer.Requests, r => r.Contains("session", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_warning_lets_it_pass_when_nothing_better_is_to_be_had_and_is_audited()
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Warn };
        using StubPeer peer = StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        nodes.StartRelay(PostureTests.RuleOf("client"), peer.EndPoint);

        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync("Cookie: session=1\r\n"));

        // It has waited for what an enquiry finds.
        Assert.Equal(1, peer.Connections);
        AuditEvent sent = await nodes.Audit.SingleAsync(AuditEventId.RequestSentClear);
        Assert.Equal((HttpPolicyNodes.Endpoint, "be", "it carries credentials (Cookie)"), (sent.Endpoint, sent.PeerNode, sent.Reason));
        Assert.Contains("Cookie: session=1\r\n", Assert.Single(nodes.ClearServer.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_off_it_goes_as_any_other()
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Off };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, PostureTests.Closed());

        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync("Cookie: session=1\r\n"));
        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync(method: "PUT", body: "letter"));
        Assert.Empty(nodes.Audit.Failures);
    }

    [Fact]
    public async Task A_destination_may_have_a_guard_of_its_own()
    {
        await using var nodes = new HttpPolicyNodes
        {
            Guard = GuardMode.Refuse,
            Settings = { ["ReverseProxy:Clusters:mail:Destinations:d0:metadata:GUARD"] = "off" },
        };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, PostureTests.Closed());

        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync("Cookie: session=1\r\n"));
    }

    [Fact]
    public async Task A_transform_that_adds_credentials_is_seen_and_one_that_takes_them_away_too()
    {
        await using var nodes = new HttpPolicyNodes
        {
            Guard = GuardMode.Refuse,
            Settings =
            {
                ["ReverseProxy:Routes:all:Transforms:0:RequestHeaderRemove"] = "Cookie",
                ["ReverseProxy:Routes:add:ClusterId"] = "mail",
                ["ReverseProxy:Routes:add:Order"] = "-1",
                ["ReverseProxy:Routes:add:Match:Path"] = "/{**all}",
                ["ReverseProxy:Routes:add:Match:Methods:0"] = "OPTIONS",
                ["ReverseProxy:Routes:add:Transforms:0:RequestHeader"] = "Authorization",
                ["ReverseProxy:Routes:add:Transforms:0:Set"] = "Basic YTpi",
            },
        };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, PostureTests.Closed());

        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync("Cookie: session=1\r\n"));
        Assert.Equal(503, (await nodes.AskAsync(method: "OPTIONS")).Status);
        Assert.DoesNotContain("session", Assert.Single(nodes.ClearServer.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_of_session_affinity_is_no_secret()
    {
        await using var nodes = new HttpPolicyNodes
        {
            Guard = GuardMode.Refuse,
            Settings =
            {
                ["ReverseProxy:Clusters:mail:SessionAffinity:Enabled"] = "true",
                ["ReverseProxy:Clusters:mail:SessionAffinity:Policy"] = "HashCookie",
                ["ReverseProxy:Clusters:mail:SessionAffinity:AffinityKeyName"] = ".mailbox",
            },
        };
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, PostureTests.Closed());

        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync("Cookie: .mailbox=1\r\n"));
        Assert.Equal(503, (await nodes.AskAsync("Cookie: .mailbox=1; session=1\r\n")).Status);
    }

    [Fact]
    public async Task A_logon_bound_to_a_clear_connection_ends_when_the_node_can_be_reached_protected()
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Warn };
        nodes.ClearServer.Challenges = true;
        nodes.StartRelay(new PolicyRule { Name = "", Action = FilterAction.Permit }, nodes.StartListener().NodePorts[0]);
        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal((401, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client));
        Assert.Equal((401, HttpPolicyNodes.Clear), await HttpPolicyNodes.AskAsync(client, "Authorization: NTLM one\r\n"));
        Assert.Equal(1, nodes.ClearServer.Connections);

        nodes.Policy.Change(OutboundNodes.PolicyOf(PostureTests.RuleOf("secureServer")), "the test");

        Assert.Equal((200, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client, "Authorization: NTLM three\r\n"));
        await Eventually.TrueAsync(() => nodes.ClearServer.Ended == 1 && nodes.Relay.Clear.Open.Count == 0);
        Assert.Equal(2, nodes.ClearServer.Requests.Count);
    }

    [Fact]
    public async Task A_logon_that_was_protected_never_goes_on_clear()
    {
        await using var nodes = new HttpPolicyNodes { Guard = GuardMode.Off };
        nodes.BackEnd.Challenges = true;
        nodes.StartRelay(PostureTests.RuleOf("secureServer"), nodes.StartListener().NodePorts[0]);
        using HttpClientSocket client = await nodes.ConnectAsync();
        Assert.Equal((401, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client, "Authorization: NTLM one\r\n"));

        nodes.Policy.Change(OutboundNodes.PolicyOf(new PolicyRule { Name = "", Action = FilterAction.Permit }), "the test");
        Assert.Equal((401, HttpPolicyNodes.Protected), await HttpPolicyNodes.AskAsync(client, "Authorization: NTLM three\r\n"));
        Assert.Equal((200, HttpPolicyNodes.Clear), await nodes.AskAsync());

        Assert.DoesNotContain(nodes.ClearServer.Requests, r => r.Contains("NTLM", StringComparison.Ordinal));
        Assert.Equal((1, 2), (nodes.BackEnd.Connections, nodes.BackEnd.Requests.Count));
        nodes.Policy.Change(OutboundNodes.PolicyOf(new PolicyRule { Name = "", Action = FilterAction.Block }), "the test");
        Assert.Equal(503, (await HttpPolicyNodes.AskAsync(client)).Status);
    }
}
