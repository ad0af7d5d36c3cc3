using System.Diagnostics;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// Strangers flood the node port of a listener while a front end works through it, each of its questions on a channel of its own, made by a quick mode at the
/// flooded port. All are answered, memory stays below its bound, and the security log tells of the flood.
/// </summary>
[Collection("two nodes")]
public sealed class FloodScenario
{
    private const int Askers = 8;
    private const int MemoryBound = 256;

    /// <summary>So many connections in negotiation may one strange address have (docs/operations.md); the others are cut.</summary>
    private const int OfOneSource = 128;

    [Fact(Timeout = 120_000)]
    public async Task A_flood_of_strangers_harms_no_peer() => await RunAsync(halfOpen: 600, garbage: 2_000, questions: 200);

    /// <summary>Prints the time of the answers before, during and after.</summary>
    [Fact(Explicit = true, Timeout = 600_000)]
    public async Task Ten_thousand_half_open_handshakes_and_fifty_thousand_connections_of_garbage() =>
        await RunAsync(halfOpen: 10_000, garbage: 50_000, questions: 8_000);

    private static async Task RunAsync(int halfOpen, int garbage, int questions)
    {
        Tool.Require();
        using var server = new StubServer();
        Task serving = server.ServeAsync(AnswerAsync);
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            MaxIdleChannels = 0,
            More = """ "audit": { "path": "audit-NODE.jsonl" }, """,
        }.StartAsync();
        await AskAsync(nodes, () => false, questions / 4);
        Tell("before", await AskAsync(nodes, () => false, questions), nodes);

        using (var flood = new Flood(nodes.NodePort))
        {
            Task flooding = FloodAsync(flood, halfOpen, garbage);
            Tell("during", await AskAsync(nodes, () => !flooding.IsCompleted, questions), nodes);
            await flooding;
            while (flood.Cut < halfOpen - OfOneSource)
            {
                await flood.NextCutAsync();
            }
        }

        Tell("after", await AskAsync(nodes, () => false, questions), nodes);
        nodes.AssertMemoryIsBelow(MemoryBound);
        await nodes.Listener.WaitForAsync(@"\[1004\]");
        string[] told = [.. ReadShared(nodes["audit-be1.jsonl"]).Where(line => line.Contains("\"id\":550", StringComparison.Ordinal))];
        // Told, but not one line for each.
        Assert.InRange(told.Length, 1, 200);
        server.Dispose();
        await serving;
    }

    private static async Task FloodAsync(Flood flood, int halfOpen, int garbage)
    {
        await flood.HalfOpenAsync(halfOpen);
        await flood.GarbageAsync(garbage);
    }

    /// <summary>At least so many questions, and on while there is a reason; each must be answered, in milliseconds.</summary>
    private static async Task<double[]> AskAsync(NodePair nodes, Func<bool> goOn, int questions)
    {
        int asked = 0;
        async Task<List<double>> AskOnAsync()
        {
            var times = new List<double>();
            while (Interlocked.Increment(ref asked) <= questions || goOn())
            {
                long start = Stopwatch.GetTimestamp();
                using Socket client = await nodes.ConnectAsync();
                await client.SayAsync("question");
                client.Shutdown(SocketShutdown.Send);
                Assert.Equal("answer", await client.HearAllAsync());
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return times;
        }
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, Askers).Select(_ => Task.Run(AskOnAsync)));
        return [.. all.SelectMany(times => times).Order()];
    }

    private static void Tell(string when, double[] times, NodePair nodes) => TestContext.Current.TestOutputHelper!.WriteLine(
        $"{when}: {times.Length} answers, median {times[times.Length / 2]:0.0} ms, p99 {times[times.Length * 99 / 100]:0.0} ms, listener's peak {nodes.Listener.PeakMemory} MiB");

    private static string[] ReadShared(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n');
    }

    private static async Task AnswerAsync(Socket socket)
    {
        await socket.HearAllAsync();
        await socket.SayAsync("answer");
        socket.Shutdown(SocketShutdown.Send);
    }
}
