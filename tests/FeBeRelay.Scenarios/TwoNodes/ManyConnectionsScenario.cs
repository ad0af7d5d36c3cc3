using System.Globalization;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// Thousands of clients: some come for one question and leave, others stay connected and quiet until there is something to say. Each gets
/// the answer to its own question, and the nodes' memory does not grow beyond bounds.
/// </summary>
[Collection("two nodes")]
public sealed class ManyConnectionsScenario
{
    private const int Short = 10_000;
    private const int Held = 1_000;
    private const int QuestionLength = 8;

    [Fact(Timeout = 180_000)]
    public async Task Ten_thousand_short_connections_are_each_answered_right()
    {
        Tool.Require();
        using var server = new StubServer();
        Task serving = server.ServeAsync(async socket =>
        {
            await socket.SayAsync($"answer to {await socket.HearAllAsync()}");
            socket.Shutdown(SocketShutdown.Send);
        });
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();

        await Parallel.ForAsync(0, Short, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) =>
        {
            using Socket client = await nodes.ConnectAsync();
            await client.SayAsync(Question(number));
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal($"answer to {Question(number)}", await client.HearAllAsync());
        });

        nodes.AssertMemoryIsBelow(200);
        server.Dispose();
        await serving;
    }

    [Fact(Timeout = 180_000)]
    public async Task A_thousand_held_connections_are_all_answered_in_the_end()
    {
        Tool.Require();
        using var server = new StubServer();
        Task serving = server.ServeAsync(async socket =>
        {
            for (string question; (question = await socket.HearAsync(QuestionLength)).Length > 0;)
            {
                await socket.SayAsync(question);
            }
        });
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        Socket[] clients = await Task.WhenAll(Enumerable.Range(0, Held).Select(_ => nodes.ConnectAsync()));

        // The first round shows that all are open to the back end at once; the second comes to connections that have rested.
        for (int round = 0; round < 2; round++)
        {
            int first = round * Held;
            await Task.WhenAll(clients.Select((client, number) => client.SayAsync(Question(first + number))));
            string[] answers = await Task.WhenAll(clients.Select(client => client.HearAsync(QuestionLength)));
            Assert.Equal(Enumerable.Range(first, Held).Select(Question), answers);
        }

        nodes.AssertMemoryIsBelow(200);
        Array.ForEach(clients, client => client.Dispose());
        server.Dispose();
        await serving;
    }

    private static string Question(int number) => number.ToString("D8", CultureInfo.InvariantCulture);
}
