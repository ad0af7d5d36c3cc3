using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>The life of nodes, associations, channels and streams as both logs tell it.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task One_stream_from_start_to_stop_is_told_alike_by_both_nodes()
    {
        using var backEnd = new BackEndStub();
        CollectedAudit relay, listener;
        await using (var nodes = new LoggedNodes())
        {
            (relay, listener) = (nodes.RelayAudit, nodes.ListenerAudit);
            Node there = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
            Node here = nodes.StartRelay("owa", LoggedNodes.PeerAt(there));
            await LoggedNodes.AssertServedAsync(here.EndPointOf("be"), backEnd);
            await Eventually.TrueAsync(() => here.IdleChannels == 1);
        }

        // A channel that is just on its way back to the pool may end after the node.
        await relay.SingleAsync(AuditEventId.ChannelEnded);
        await relay.SingleAsync(AuditEventId.NodeStopped);
        Assert.Equal([613, 541, 5451, 560, 562], relay.Events.Take(5).Select(e => e.Id));
        Assert.Equal([613, 541, 5451, 560, 562, 542, 543, 614], listener.Events.Select(e => e.Id));
        foreach (AuditEventId id in (AuditEventId[])[AuditEventId.AssociationEstablished, AuditEventId.ChannelEstablished, AuditEventId.ServiceUsed, AuditEventId.ServiceEnded, AuditEventId.ChannelEnded])
        {
            AuditEvent a = await relay.SingleAsync(id);
            AuditEvent b = await listener.SingleAsync(id);
            Assert.Equal((a.Association, a.Channel, a.Suite, a.KeySeconds), (b.Association, b.Channel, b.Suite, b.KeySeconds));
            Assert.Equal((a.LocalAddress, a.RemoteAddress), (b.RemoteAddress, b.LocalAddress));
            Assert.Equal((a.InboundSpi, a.OutboundSpi, a.BytesSent, a.BytesReceived), (b.OutboundSpi, b.InboundSpi, b.BytesReceived, b.BytesSent));
            Assert.Equal((TestNodes.BackEndName, TestNodes.FrontEndName), (a.PeerIdentity!.Single(), b.PeerIdentity!.Single()));
        }
        AuditEvent ended = await relay.SingleAsync(AuditEventId.ServiceEnded);
        Assert.Equal((8UL, 6UL, "ended", "owa"), (ended.BytesSent, ended.BytesReceived, ended.Reason, ended.Service));
    }

    [Fact]
    public async Task A_record_that_was_changed_on_its_way_is_told_by_who_received_it()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        using var between = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        Node relay = nodes.StartRelay("owa", new PeerNode("be", between.EndPoint, TestNodes.BackEndName));
        using Socket application = await LoggedNodes.ConnectAsync(relay.EndPointOf("be"));
        using Socket dialled = await between.AcceptAsync();
        using Socket onward = await LoggedNodes.ConnectAsync(listener.NodePorts[0]);
        Task back = CopyAsync(onward, dialled, change: () => false);
        bool change = false;
        Task forth = CopyAsync(dialled, onward, () => Volatile.Read(ref change));
        using Socket served = await backEnd.AcceptAsync();

        Volatile.Write(ref change, true);
        await application.SendAsync("question"u8.ToArray());

        AuditEvent found = await nodes.ListenerAudit.SingleFailureAsync(AuditEventId.IntegrityCheckFailed);
        Assert.Equal((FailurePoint.Me, "CannotDecrypt", TestNodes.FrontEndName), (found.FailurePoint, found.Error, found.PeerIdentity!.Single()));
        await Task.WhenAll(back, forth);
    }

    [Fact]
    public async Task A_node_whose_log_cannot_be_written_and_that_is_to_stop_takes_nothing_new_until_it_can()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        Node relay = nodes.StartRelay("owa", LoggedNodes.PeerAt(listener));
        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), backEnd);

        nodes.RelayAudit.MayAdmit = false;
        await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));

        // The listener refuses the stream on the idle channel, and where there is none the connection.
        nodes.RelayAudit.MayAdmit = true;
        nodes.ListenerAudit.MayAdmit = false;
        while (nodes.RelayAudit.Failures.All(e => e.Id != (int)AuditEventId.ServiceRefused) || nodes.RelayAudit.Failures.All(e => e.Id != (int)AuditEventId.MainModeFailed && e.Id != (int)AuditEventId.QuickModeFailed))
        {
            await LoggedNodes.AssertResetAsync(relay.EndPointOf("be"));
        }
        Assert.Equal("busy", (await nodes.RelayAudit.SingleAsync(AuditEventId.ServiceRefused)).Code);

        nodes.ListenerAudit.MayAdmit = true;
        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), backEnd);
    }

    [Fact]
    public void A_flood_of_failures_is_ten_events_and_one_that_counts_the_others()
    {
        var clock = new FakeTimeProvider();
        var audit = new CollectedAudit();
        AuditLog log = audit.LogOf("be", clock);
        var garbage = new NegotiationFailure(Role.Responder, NegotiationStep.MainMode, "x")
        {
            Error = ProtocolError.NotThisProtocol,
            Remote = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 1),
        };
        for (int i = 0; i < 1_000; i++)
        {
            log.NegotiationFailed(garbage);
        }
        log.NegotiationFailed(garbage with { Remote = new IPEndPoint(IPAddress.Parse("192.0.2.8"), 1) });
        log.TellFloods();
        Assert.Equal(11, audit.Events.Count);

        clock.Advance(TimeSpan.FromMinutes(1));
        log.TellFloods();
        AuditEvent flood = Assert.Single(audit.Events, e => e.Id == (int)AuditEventId.PossibleAttack);
        Assert.Equal((990, "192.0.2.7"), (flood.Count, flood.RemoteAddress));
        log.NegotiationFailed(garbage);
        Assert.Equal(13, audit.Events.Count);
    }

    [Fact]
    public void Only_what_is_selected_is_written()
    {
        var audit = new CollectedAudit();
        var log = new AuditLog(audit, new AuditSelection([AuditCategory.Policy], [AuditCategory.System]), "be", TimeProvider.System);

        log.NodeStarted(["be.lab.test"]);
        log.PolicyChanged("Secure Server", "by hand");
        log.NodeFailed("no port");
        log.TurnedAway(new IPEndPoint(IPAddress.Loopback, 1));

        Assert.Equal(["policyChanged", "nodeFailed"], audit.Events.Select(e => e.Name));
    }

    [Fact]
    public void Clear_traffic_is_told_with_its_rule_and_cause_and_every_byte_is_counted()
    {
        var audit = new CollectedAudit();
        AuditLog log = audit.LogOf("fe", TimeProvider.System);
        var flow = new ClearFlow("owa", "be1", "all traffic", ClearCause.Soft);
        log.FallbackToSoft("owa", "be1", "all traffic", new DnsEndPoint("be1.lab.test", 80), TimeSpan.FromSeconds(300), "four asks were not answered");

        Parallel.For(0, 100, _ =>
        {
            ClearByteLedger.Entry entry = log.ClearTraffic(flow, ["inpass", "soft"], null, new DnsEndPoint("be1.lab.test", 80));
            entry.AddSent(10);
            entry.AddReceived(1_000);
        });
        log.ClearTrafficEnded(flow, null, null, 10, 1_000);

        Assert.Equal(new ClearTotals(flow, 100, 1_000, 100_000), Assert.Single(log.ClearBytes.Totals));
        Assert.Equal(AuditOutcome.Failure, audit.Events[0].Outcome);
        AuditEvent clear = audit.Events[1];
        Assert.Equal(("clearTraffic", "be1", "all traffic", ClearCause.Soft, "be1.lab.test:80"), (clear.Name, clear.PeerNode, clear.Rule, clear.Cause, clear.RemoteAddress));
        Assert.Equal(["inpass", "soft"], clear.Flags!);
    }

    [Fact]
    public void Strangers_cannot_fill_the_ledger()
    {
        var ledger = new ClearByteLedger();
        for (int i = 0; i < 20_000; i++)
        {
            ledger.Connect(new ClearFlow("owa", $"10.0.{i / 256}.{i % 256}", "r", ClearCause.InPass)).AddReceived(1);
        }

        Assert.Equal(10_001, ledger.Totals.Count);
        Assert.Equal(20_000, ledger.Totals.Sum(t => t.BytesReceived));
    }

    [Fact]
    public void Every_event_has_its_kind()
    {
        Assert.Equal(Enum.GetValues<AuditEventId>(), AuditEventKind.All.Select(kind => kind.Id));
        Assert.Equal("associationEstablished", AuditEventKind.Of(AuditEventId.AssociationEstablished).Name);
    }

    private static async Task CopyAsync(Socket from, Socket to, Func<bool> change)
    {
        var buffer = new byte[65_536];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0)
            {
                buffer[count - 1] ^= (byte)(change() ? 1 : 0);
                await to.SendAsync(buffer.AsMemory(0, count), TestContext.Current.CancellationToken);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            SocketTuning.Reset(to);
        }
    }
}
