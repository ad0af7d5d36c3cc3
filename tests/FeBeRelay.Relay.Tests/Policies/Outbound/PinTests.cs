using System.Net.Sockets;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>The ratchet, and the last look before the first clear byte.</summary>
public sealed class PinTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-pins-").FullName;

    private string FilePath => Path.Combine(_folder, "fe.pins.json");

    private PinFile File => new(FilePath, TimeProvider.System);

    [Fact]
    public async Task A_peer_that_was_reached_protected_is_pinned_and_never_reached_clear_again_though_the_node_restarts()
    {
        await using (var before = new OutboundNodes { Pins = FilePath })
        {
            before.StartRelay(OutboundNodes.RuleOf(Posture.Server), before.StartListener().NodePorts[0]);
            Assert.Equal(OutboundNodes.Protected, await before.AskAsync());
        }
        await using var after = new OutboundNodes { Pins = FilePath };
        using StubPeer silenced = StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        after.StartRelay(OutboundNodes.RuleOf(Posture.Server), silenced.EndPoint);

        Assert.Equal(OutboundNodes.Reset, await after.AskAsync());
        after.AssertNothingWentClear();
        Assert.StartsWith("pinned: ", (await after.Audit.SingleAsync(AuditEventId.ClearTrafficRefused)).Reason, StringComparison.Ordinal);

        // The operator's word, while the node runs.
        await File.UpdateAsync(pins => [.. pins!.Where(pin => !pin.IsOf("be"))]);
        Assert.Equal(OutboundNodes.Clear, await after.AskAsync());
    }

    [Fact]
    public async Task Without_the_ratchet_nothing_is_pinned()
    {
        await using var nodes = new OutboundNodes { Pins = FilePath };
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server) with { Ratchet = false }, nodes.StartListener().NodePorts[0]);

        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        Assert.Null(File.Read());
    }

    [Fact]
    public async Task A_live_association_forbids_clear_as_a_pin_does()
    {
        await using var nodes = new OutboundNodes();
        Node listener = nodes.StartListener();
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server) with { Ratchet = false }, listener.NodePorts[0]);
        Assert.Equal(OutboundNodes.Protected, await nodes.AskAsync());

        await listener.DisposeAsync();
        Assert.Equal(OutboundNodes.Reset, await nodes.AskAsync());

        nodes.AssertNothingWentClear();
    }

    [Fact]
    public async Task A_pin_that_is_set_between_the_decision_and_the_first_byte_stops_it()
    {
        await using var nodes = new OutboundNodes { Pins = FilePath };
        using StubPeer peer = StubPeer.Saying("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), peer.EndPoint);
        using Socket application = await nodes.ConnectAsync();
        await Eventually.TrueAsync(() => nodes.ClearServer.Connections == 1);

        await File.UpdateAsync(_ => [new Pin(TestNodes.BackEndName, "be", DateTimeOffset.UtcNow)]);

        Assert.Equal(OutboundNodes.Reset, await OutboundNodes.AskAsync(application));
        Assert.Equal(0, nodes.ClearServer.Bytes);
        Assert.DoesNotContain(nodes.Audit.Events, e => e.Id == (int)AuditEventId.ClearTraffic);
    }

    [Fact]
    public async Task An_association_that_is_made_between_the_decision_and_the_first_byte_carries_it()
    {
        await using var nodes = new OutboundNodes();
        nodes.StartRelay(Posture.Client.Rule, nodes.StartListener().NodePorts[0]);
        using Socket application = await nodes.ConnectAsync();
        await Eventually.TrueAsync(() => nodes.ClearServer.Connections == 1);

        await using (await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken))
        {
        }

        Assert.Equal(OutboundNodes.Protected, await OutboundNodes.AskAsync(application));
        Assert.Equal(0, nodes.ClearServer.Bytes);
    }

    [Fact]
    public async Task A_damaged_file_keeps_the_node_from_starting()
    {
        await System.IO.File.WriteAllTextAsync(FilePath, "{ \"version\": 1, \"pins\": [", TestContext.Current.CancellationToken);
        await using var nodes = new OutboundNodes { Pins = FilePath };

        NodeStartException e = Assert.Throws<NodeStartException>(() => nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), nodes.ClearServer.EndPoint));

        Assert.Contains(FilePath, e.Message, StringComparison.Ordinal);
        Assert.Contains("restore the file", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ratchet_that_could_not_keep_its_pins_keeps_the_node_from_starting_and_without_a_ratchet_it_starts()
    {
        string notAFolder = Path.Combine(_folder, "file");
        await System.IO.File.WriteAllTextAsync(notAFolder, "", TestContext.Current.CancellationToken);
        await using var nodes = new OutboundNodes { Pins = Path.Combine(notAFolder, "pins.json") };

        NodeStartException e = Assert.Throws<NodeStartException>(() => nodes.StartRelay(OutboundNodes.RuleOf(Posture.Server), nodes.ClearServer.EndPoint));

        Assert.Contains("policy:pinsFile", e.Hint, StringComparison.Ordinal);
        nodes.StartRelay(OutboundNodes.RuleOf(Posture.SecureServer), nodes.ClearServer.EndPoint);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
