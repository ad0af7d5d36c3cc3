using System.Diagnostics;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// One of the nodes is killed (-9) while a crowd works through it, and started again. The other one keeps nothing that stands in the way: the first question
/// asked when the port is open again is answered. Windows took minutes to find out that its peer had forgotten an association.
/// </summary>
[Collection("two nodes")]
public sealed class CrashUnderLoadScenario
{
    private const int Crowd = 16;

    [Fact(Timeout = 120_000)]
    public async Task A_listener_that_comes_back_answers_the_first_question()
    {
        await RunAsync(async nodes =>
        {
            await using NodeProcess crashed = nodes.Listener;
            await nodes.Listener.KillAsync();
            await nodes.StartListenerAsync();
            TimeSpan took = await AskOnceAsync(nodes);
            // The old one was not known there, which was said at once.
            await nodes.Relay.WaitForAsync(@"Association \S+ made as Initiator", count: 2);
            return took;
        });
    }

    [Fact(Timeout = 120_000)]
    public async Task A_relay_that_comes_back_answers_the_first_question()
    {
        await RunAsync(async nodes =>
        {
            await using NodeProcess crashed = nodes.Relay;
            await nodes.Relay.KillAsync();
            await nodes.StartRelayAsync();
            TimeSpan took = await AskOnceAsync(nodes);
            await nodes.Listener.WaitForAsync(@"Association \S+ made as Responder", count: 2);
            return took;
        });
    }

    /// <summary>A crash under load; tells how long the first answer took.</summary>
    private static async Task RunAsync(Func<NodePair, Task<TimeSpan>> crashAsync)
    {
        Tool.Require();
        using var server = new StubServer();
        Task serving = server.ServeAsync(EchoAsync);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint) }.StartAsync();
        using var over = new CancellationTokenSource();
        int answers = 0;
        Task[] crowd = [.. Enumerable.Range(0, Crowd).Select(_ => KeepAskingAsync(nodes, () => Interlocked.Increment(ref answers), over.Token))];
        await UntilAsync(() => Volatile.Read(ref answers) > 100);

        TimeSpan took = await crashAsync(nodes);

        TestContext.Current.TestOutputHelper!.WriteLine($"first answer after {took.TotalMilliseconds:0} ms");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        int then = Volatile.Read(ref answers);
        await UntilAsync(() => Volatile.Read(ref answers) > then + 100);
        await over.CancelAsync();
        await Task.WhenAll(crowd);
        server.Dispose();
        await serving;
    }

    /// <summary>The first question since the port is open again: it is not asked twice.</summary>
    private static async Task<TimeSpan> AskOnceAsync(NodePair nodes)
    {
        long start = Stopwatch.GetTimestamp();
        using Socket client = await nodes.ConnectAsync();
        Assert.Equal("first", await AskAsync(client, "first"));
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<string> AskAsync(Socket client, string question)
    {
        await client.SayAsync(question);
        return await client.HearAsync(question.Length);
    }

    /// <summary>One of the crowd: asks on, comes back where its connection is cut, and takes no wrong answer.</summary>
    private static async Task KeepAskingAsync(NodePair nodes, Action answered, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using Socket client = await nodes.ConnectAsync();
                // Nothing at all is the end that the system gives a connection of a process that was killed.
                for (string answer; !over.IsCancellationRequested && (answer = await AskAsync(client, "any")).Length > 0;)
                {
                    Assert.Equal("any", answer);
                    answered();
                }
            }
            catch (SocketException)
            {
                // Cut, or refused: as it is when a node is down.
                await Task.Delay(1, CancellationToken.None);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        try
        {
            byte[] buffer = new byte[64];
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
            {
                await socket.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (SocketException)
        {
            // Cut with its node.
        }
    }
}
