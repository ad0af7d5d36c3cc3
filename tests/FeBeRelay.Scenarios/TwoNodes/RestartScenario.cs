using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// The listener node crashes and comes back, without the associations that it had. The relay node's idle channels are dead and its association
/// is unknown; the next client notices neither.
/// </summary>
[Collection("two nodes")]
public sealed class RestartScenario
{
    private static readonly Conversation Greeting = new(
        "greeting", ('C', "hello"), ('S', "hello yourself"), ('C', Conversation.End), ('S', Conversation.End));

    [Theory(Timeout = 90_000)]
    [InlineData(0)]
    [InlineData(8)]
    public async Task The_next_connection_after_a_crash_works(int warmChannels)
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), WarmChannels = warmChannels }.StartAsync();
        await AssertServesAsync(nodes, server);
        await nodes.Relay.WaitForAsync("Association .* made as Initiator");
        await using NodeProcess crashed = nodes.Listener;

        await crashed.KillAsync();
        await nodes.StartListenerAsync();

        for (int i = 0; i < 3; i++)
        {
            await AssertServesAsync(nodes, server);
        }
        await nodes.Relay.WaitForAsync("Association .* made as Initiator", count: 2);
        await nodes.Listener.WaitForAsync("Association .* made as Responder");
    }

    [Fact(Timeout = 90_000)]
    public async Task A_stream_that_was_open_at_the_crash_is_cut_not_ended()
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await server.AcceptAsync();
        await served.SayAsync("half");
        Assert.Equal("half", await client.HearAsync(4));

        await nodes.Listener.KillAsync();

        await client.AssertResetAsync();
    }

    [Theory(Timeout = 90_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_that_is_killed_leaves_a_reset_to_both_applications_though_nothing_of_theirs_was_under_way(bool isRelay)
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await server.AcceptAsync();
        await served.SayAsync("half");
        Assert.Equal("half", await client.HearAsync(4));

        await (isRelay ? nodes.Relay : nodes.Listener).KillAsync();

        await client.AssertResetAsync();
        await served.AssertResetAsync();
    }

    private static async Task AssertServesAsync(NodePair nodes, StubServer server) =>
        Assert.Equal(("hello", "hello yourself"), await Greeting.HoldAsync(nodes.EndPoint, server));
}
