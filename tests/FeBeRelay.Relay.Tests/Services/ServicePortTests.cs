using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Relay.Tests.Services;

/// <summary>A service's own port tells channels from clear traffic by the first bytes, whoever speaks first, and does what policy says of the latter.</summary>
public sealed class ServicePortTests : IDisposable
{
    private readonly BackEndStub _backEnd = new();

    [Theory]
    [InlineData("client", "Permit", null)]
    [InlineData("server", "InPass", "inpass soft")]
    public async Task A_clear_connection_is_carried_counted_and_told_with_rule_and_cause(string posture, string cause, string? flags)
    {
        await using LoggedNodes nodes = Nodes(posture);
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));

        await LoggedNodes.AssertServedAsync(listener.ServicePortOf("owa"), _backEnd);

        AuditEvent began = await nodes.ListenerAudit.SingleAsync(AuditEventId.ClearTraffic);
        AuditEvent ended = await nodes.ListenerAudit.SingleAsync(AuditEventId.ClearTrafficEnded);
        Assert.Equal((posture, cause, "owa", "127.0.0.1"), (began.Rule, began.Cause.ToString(), began.Endpoint, began.PeerNode));
        Assert.Equal(flags, began.Flags is null ? null : string.Join(' ', began.Flags));
        Assert.Equal((posture, cause, 6ul, 8ul), (ended.Rule, ended.Cause.ToString(), ended.BytesSent, ended.BytesReceived));
        Assert.Empty(nodes.ListenerAudit.Failures);
    }

    [Fact]
    public async Task An_audit_only_policy_lets_in_what_it_would_refuse_and_says_so()
    {
        var policy = new EffectivePolicy(new NodePolicy("strict", Posture.SecureServer, [], isAuditOnly: true));
        await using var nodes = new LoggedNodes { ListenerPolicy = policy };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));

        await LoggedNodes.AssertServedAsync(listener.ServicePortOf("owa"), _backEnd);

        AuditEvent would = await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.WouldBeRefused);
        Assert.Equal(("secureServer", "owa", "127.0.0.1", ClearCause.AuditOnly), (would.Rule, would.Endpoint, would.PeerNode, would.Cause));
        Assert.Equal(ClearCause.AuditOnly, Assert.Single(nodes.ListenerLedger.Totals).Flow.Cause);
        Assert.Contains(nodes.ListenerLog.Warnings, line => line.Contains("AUDIT-ONLY", StringComparison.Ordinal));
        Assert.True(listener.Monitor.ReadNode().IsAuditOnly);
    }

    [Theory]
    [InlineData("client")]
    [InlineData("server")]
    [InlineData("requireInRequestOut")]
    [InlineData("secureServer")]
    public async Task A_channel_is_taken_there_under_every_posture(string posture)
    {
        await using LoggedNodes nodes = Nodes(posture);
        // On a slow machine the channel's first bytes may come late: the back end is not to be connected for a silent client meanwhile.
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd) with { Quiet = TimeSpan.FromSeconds(60) });
        var peer = new PeerNode("be", listener.ServicePortOf("owa"), TestNodes.BackEndName);

        await LoggedNodes.AssertServedAsync(nodes.StartRelay("owa", peer).EndPointOf("be"), _backEnd);

        Assert.Empty(nodes.ListenerAudit.Failures);
        Assert.Empty(nodes.ListenerLog.Warnings);
        Assert.DoesNotContain(nodes.ListenerAudit.Events, e => e.Id == (int)AuditEventId.ClearTraffic);
    }

    [Theory]
    [InlineData("server", true)]
    [InlineData("requireInRequestOut", false)]
    public async Task A_port_that_is_open_to_strangers_clear_is_warned_of_and_audited_when_the_node_starts(string posture, bool isOpen)
    {
        await using LoggedNodes nodes = Nodes(posture);

        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd) with { Listen = new IPEndPoint(IPAddress.Any, 0) });

        if (isOpen)
        {
            AuditEvent exposed = await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ClearListenerExposed);
            Assert.Equal(("owa", posture, listener.ServicePortOf("owa").ToString()), (exposed.Endpoint, exposed.Rule, exposed.LocalAddress));
            LoggedNodes.AssertOneWarning(nodes.ListenerLog, "owa", posture, "not a private address");
        }
        else
        {
            Assert.Empty(nodes.ListenerAudit.Failures);
            Assert.Empty(nodes.ListenerLog.Warnings);
        }
    }

    [Fact]
    public async Task A_server_that_speaks_first_is_heard_by_a_client_that_says_nothing()
    {
        await using LoggedNodes nodes = Nodes("server");
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        using Socket served = await _backEnd.AcceptAsync();
        await served.SendAsync("220 ready\r\n"u8.ToArray());
        Assert.Equal("220 ready\r\n", await ReadAsync(client));
        Assert.Single(listener.Clear.Open);
        await client.SendAsync("EHLO fe1\r\n"u8.ToArray());
        Assert.Equal("EHLO fe1\r\n", await ReadAsync(served));
    }

    [Fact]
    public async Task A_channel_that_is_late_is_still_a_channel_and_the_back_end_hears_nothing_of_it()
    {
        await using LoggedNodes nodes = Nodes("client");
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket initiator = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        using Socket served = await _backEnd.AcceptAsync();
        using X509Certificate2 leaf = nodes.Authority.Issue(TestNodes.FrontEndName);

        Assert.Equal(Answer.Protected, await SocketInitiator.RunMainModeAsync(initiator, leaf, Demand.Require, TestContext.Current.CancellationToken));
        Assert.Equal(0, await BytesToTheEndAsync(served));
        Assert.DoesNotContain(nodes.ListenerAudit.Events, e => e.Id == (int)AuditEventId.ClearTraffic);
    }

    [Fact]
    public async Task What_begins_like_the_preface_and_is_not_goes_clear_whole()
    {
        await using LoggedNodes nodes = Nodes("server");
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await client.SendAsync(Convert.FromHexString("FB4642"));
        await client.SendAsync("!"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        using Socket served = await _backEnd.AcceptAsync();

        Assert.Equal(4, await BytesToTheEndAsync(served));
    }

    [Fact]
    public async Task Rules_decide_by_address_and_service()
    {
        var permit = new PolicyRule
        {
            Name = "old",
            Action = FilterAction.Permit,
            Filters = [new PolicyFilter { Peer = PeerFilter.Address(IPAddress.Loopback), Service = "owa" }],
        };
        var policy = new EffectivePolicy(new NodePolicy("migration", Posture.SecureServer, [permit]));
        await using var nodes = new LoggedNodes { ListenerPolicy = policy };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd), LoggedNodes.OpenServiceOf(_backEnd) with { Name = "imap" });

        await LoggedNodes.AssertServedAsync(listener.ServicePortOf("owa"), _backEnd);
        Assert.Equal("old", (await nodes.ListenerAudit.SingleAsync(AuditEventId.ClearTraffic)).Rule);
        using Socket other = await LoggedNodes.ConnectAsync(listener.ServicePortOf("imap"));
        await other.SendAsync("a1 LOGIN"u8.ToArray());
        Assert.Equal("secureServer", (await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ClearTrafficRefused)).Rule);
    }

    [Fact]
    public async Task A_clear_connection_outlives_a_policy_that_forbids_it_and_is_listed_until_it_ends()
    {
        var policy = new EffectivePolicy(NodePolicy.Of(Posture.Client));
        await using var nodes = new LoggedNodes { ListenerPolicy = policy };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await client.SendAsync("one"u8.ToArray());
        using Socket served = await _backEnd.AcceptAsync();
        Assert.Equal("one", await ReadAsync(served));
        policy.Change(NodePolicy.Of(Posture.SecureServer), "assigned");

        await client.SendAsync("two"u8.ToArray());
        Assert.Equal("two", await ReadAsync(served));
        using Socket next = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await next.SendAsync("three"u8.ToArray());
        await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ClearTrafficRefused);
        Assert.Equal("client", Assert.Single(listener.Clear.Open).Flow.Rule);
        AuditEvent changed = await nodes.ListenerAudit.SingleAsync(AuditEventId.PolicyChanged);
        Assert.Equal(("secureServer", "in the place of client: assigned"), (changed.Rule, changed.Reason));
        client.Dispose();
        served.Dispose();
        await Eventually.TrueAsync(() => listener.Clear.Open.Count == 0);
    }

    [Fact]
    public async Task A_fleets_policy_cuts_what_it_would_not_let_begin_and_nothing_else()
    {
        var policy = new EffectivePolicy(NodePolicy.Of(Posture.Client));
        await using var nodes = new LoggedNodes { ListenerPolicy = policy };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await client.SendAsync("one"u8.ToArray());
        using Socket served = await _backEnd.AcceptAsync();
        Assert.Equal("one", await ReadAsync(served));

        policy.Change(NodePolicy.Of(Posture.Server), "bundle 1", endsClear: true);
        await client.SendAsync("two"u8.ToArray());
        Assert.Equal("two", await ReadAsync(served));
        policy.Change(NodePolicy.Of(Posture.SecureServer), "bundle 2", endsClear: true);

        SocketException cut = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionReset, cut.SocketErrorCode);
        AuditEvent told = await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.ClearTrafficCut);
        Assert.Equal(("client", "owa", "policy secureServer took effect: bundle 2"), (told.Rule, told.Endpoint, told.Reason));
        Assert.Equal(6ul, (await nodes.ListenerAudit.SingleAsync(AuditEventId.ClearTrafficEnded)).BytesReceived);
        await Eventually.TrueAsync(() => listener.Clear.Open.Count == 0);
    }

    [Fact]
    public async Task The_back_end_is_told_the_addresses_where_it_wants_them()
    {
        await using LoggedNodes nodes = Nodes("server");
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd) with { ProxyProtocol = true });
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        using Socket served = await _backEnd.AcceptAsync();
        byte[] header = ProxyProtocolHeader.Encode((IPEndPoint)client.LocalEndPoint!, (IPEndPoint)client.RemoteEndPoint!);
        var received = new byte[header.Length];
        for (int count = 0; count < received.Length;)
        {
            count += await served.ReceiveAsync(received.AsMemory(count), TestContext.Current.CancellationToken);
        }
        Assert.Equal(header, received);
    }

    [Fact]
    public async Task A_back_end_that_is_down_is_a_reset_and_told()
    {
        await using LoggedNodes nodes = Nodes("server");
        Service service = LoggedNodes.OpenServiceOf(_backEnd);
        _backEnd.Dispose();
        Node listener = nodes.StartListener(service);
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await client.SendAsync("GET"u8.ToArray());

        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(("owa", "server"), (await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.BackEndUnreachable)) switch { var e => (e.Endpoint, e.Rule) });
    }

    [Fact]
    public async Task A_node_that_drains_lets_clear_connections_finish()
    {
        await using LoggedNodes nodes = Nodes("server");
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket client = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await client.SendAsync("one"u8.ToArray());
        using Socket served = await _backEnd.AcceptAsync();
        // Its first byte has been let through: from here on it is a clear connection that is open.
        Assert.Equal("one", await ReadAsync(served));
        Task drained = listener.DrainAsync(TestContext.Current.CancellationToken);
        await served.SendAsync("two"u8.ToArray());
        Assert.Equal("two", await ReadAsync(client));
        client.Dispose();
        served.Dispose();
        await drained;
    }

    public void Dispose() => _backEnd.Dispose();

    private static LoggedNodes Nodes(string posture) =>
        new() { ListenerPolicy = new EffectivePolicy(NodePolicy.Of(Posture.All.Single(p => p.Name == posture))) };

    /// <summary>How many bytes come until the connection ends, in order or by a reset.</summary>
    internal static async Task<int> BytesToTheEndAsync(Socket socket)
    {
        int total = 0;
        try
        {
            for (int count = 1; count > 0; total += count)
            {
                count = await socket.ReceiveAsync(new byte[256], TestContext.Current.CancellationToken);
            }
        }
        catch (SocketException)
        {
            // Whoever gave it up had no reason to be polite.
        }
        return total;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[256];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
    }
}
