using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A server dies in the middle of an answer, or a client in the middle of a request. The other side meets a reset, as it would directly:
/// never a clean end, behind which half an answer looks like a whole one.
/// </summary>
[Collection("two nodes")]
public sealed class ResetScenario
{
    private const string Half = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of the ";

    [Fact(Timeout = 60_000)]
    public async Task A_reset_by_the_back_end_in_an_answer_is_a_reset_at_the_client()
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        using Socket client = await nodes.ConnectAsync();
        await client.SayAsync("GET / HTTP/1.1\r\n\r\n");
        Socket served = await server.AcceptAsync();
        await served.HearAsync(18);
        await served.SayAsync(Half);
        Assert.Equal(Half, await client.HearAsync(Half.Length));

        served.Reset();

        await client.AssertResetAsync();
        await AssertServesAsync(nodes, server);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reset_by_the_client_in_a_request_is_a_reset_at_the_back_end()
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        Socket client = await nodes.ConnectAsync();
        await client.SayAsync("PUT /");
        using Socket served = await server.AcceptAsync();
        Assert.Equal("PUT /", await served.HearAsync(5));

        client.Reset();

        await served.AssertResetAsync();
        await AssertServesAsync(nodes, server);
    }

    private static async Task AssertServesAsync(NodePair nodes, StubServer server)
    {
        var next = new Conversation("the next one", ('C', "hello"), ('S', "hello yourself"), ('C', Conversation.End), ('S', Conversation.End));
        Assert.Equal(("hello", "hello yourself"), await next.HoldAsync(nodes.EndPoint, server));
    }
}
