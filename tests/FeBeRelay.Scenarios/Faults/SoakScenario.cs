using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// Two nodes for a while under connections that come and go, long streams whose keys change every ten seconds, streams that are reset in the middle, reloads and new
/// certificates: memory, open files and threads stay what they were.
/// </summary>
[Collection("two nodes")]
public sealed class SoakScenario
{
    private const int Askers = 6;
    private const int LongStreams = 4;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    private readonly byte[] _text = new byte[64 * 1024];
    private readonly ConcurrentQueue<string> _failures = new();
    private long _answered;
    private long _pinged;
    private long _aborted;

    private static TimeSpan Length =>
        TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("FEBERELAY_SOAK_MINUTES") ?? "10", CultureInfo.InvariantCulture));

    [Fact(Explicit = true, Timeout = 14_400_000)]
    public async Task Memory_files_and_threads_stay_flat()
    {
        Tool.Require();
        using var server = new StubServer();
        _ = server.ServeAsync(EchoAsync);
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            ReloadSeconds = 5,
            More = """ "lifetimes": { "keySeconds": 10, "associationSeconds": 60 }, """,
            // Of a large cache .NET makes a youngest generation that takes minutes to fill: what grows would not show beside what is garbage.
            Environment = _ => new Dictionary<string, string> { ["DOTNET_GCgen0size"] = "0x1000000" },
        }.StartAsync();
        using var over = new CancellationTokenSource();
        Task[] load =
        [
            .. Enumerable.Range(0, Askers).Select(_ => LoopAsync(nodes, AskAsync, over.Token)), LoopAsync(nodes, AbortAsync, over.Token),
            .. Enumerable.Range(0, LongStreams).Select(_ => LoopAsync(nodes, client => PingAsync(client, over.Token), over.Token)),
        ];

        List<(NodeUsage Relay, NodeUsage Listener)> samples = await SampleAsync(nodes);
        await over.CancelAsync();
        await Task.WhenAll(load);

        Tell(samples, nodes);
        Assert.Empty(_failures);
        AssertFlat([.. samples.Select(s => s.Relay)]);
        AssertFlat([.. samples.Select(s => s.Listener)]);
    }

    private static async Task<List<(NodeUsage Relay, NodeUsage Listener)>> SampleAsync(NodePair nodes)
    {
        var samples = new List<(NodeUsage, NodeUsage)>();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Length)
        {
            await Task.Delay(Between, TestContext.Current.CancellationToken);
            samples.Add((nodes.Relay.Usage, nodes.Listener.Usage));
            if (samples.Count % 4 == 0)
            {
                await nodes.Relay.HangUpAsync();
                await nodes.Listener.HangUpAsync();
            }
            if (samples.Count % 12 == 0)
            {
                nodes.Certificates.Issue(samples.Count % 24 == 0 ? "fe1" : "be1");
            }
        }
        return samples;
    }

    /// <summary>Of the last third the medians are those of the middle third: the first is for warming up.</summary>
    private static void AssertFlat(NodeUsage[] samples)
    {
        NodeUsage[] middle = samples[(samples.Length / 3)..(samples.Length * 2 / 3)];
        NodeUsage[] last = samples[(samples.Length * 2 / 3)..];
        Assert.InRange(Median(last, u => u.Memory), 1, Median(middle, u => u.Memory) * 11 / 10 + 8);
        Assert.InRange(Median(last, u => u.Files), 1, Median(middle, u => u.Files) + 16);
        Assert.InRange(Median(last, u => u.Threads), 1, Median(middle, u => u.Threads) + 8);
    }

    private void Tell(List<(NodeUsage Relay, NodeUsage Listener)> samples, NodePair nodes)
    {
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        if (!_failures.IsEmpty)
        {
            output.WriteLine($"{string.Join('\n', _failures)}\nrelay:\n{nodes.Relay.LinesWith(" warn: ")}\nlistener:\n{nodes.Listener.LinesWith(" warn: ")}");
        }
        output.WriteLine($"{Length.TotalMinutes} minutes: {_answered} connections answered, {_aborted} reset, {_pinged} pings on long streams, {_failures.Count} failed; "
            + $"{nodes.Relay.Count("made as Initiator")} associations");
        foreach ((NodeUsage Relay, NodeUsage Listener)[] part in samples.Chunk(Math.Max(1, samples.Count / 10)))
        {
            output.WriteLine($"relay {Text([.. part.Select(s => s.Relay)])}; listener {Text([.. part.Select(s => s.Listener)])}");
        }
    }

    private static string Text(NodeUsage[] part) => $"{Median(part, u => u.Memory)} MiB, {Median(part, u => u.Files)} files, {Median(part, u => u.Threads)} threads";

    private static int Median(NodeUsage[] samples, Func<NodeUsage, int> of) => samples.Select(of).Order().ElementAt(samples.Length / 2);

    private async Task LoopAsync(NodePair nodes, Func<Socket, Task> carry, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using Socket client = await nodes.ConnectAsync();
                await carry(client);
            }
            catch (SocketException e)
            {
                _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {carry.Method.Name}: {e.SocketErrorCode}");
            }
            await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private async Task AskAsync(Socket client)
    {
        await SendAllAsync(client, _text);
        await ReceiveAsync(client, _text.Length);
        client.Shutdown(SocketShutdown.Send);
        await ReceiveAsync(client, 1);
        Interlocked.Increment(ref _answered);
    }

    private async Task AbortAsync(Socket client)
    {
        await SendAllAsync(client, _text);
        await ReceiveAsync(client, 1_000);
        client.Reset();
        Interlocked.Increment(ref _aborted);
    }

    private async Task PingAsync(Socket client, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await SendAllAsync(client, _text.AsMemory(0, 100));
            Assert.Equal(100, await ReceiveAsync(client, 100));
            Interlocked.Increment(ref _pinged);
            await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    private static async Task<int> ReceiveAsync(Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        int received = 0;
        for (int more = -1; more != 0 && received < count; received += more)
        {
            more = await socket.ReceiveAsync(buffer.AsMemory(received), SocketFlags.None);
        }
        return received;
    }

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
            {
                await SendAllAsync(socket, buffer.AsMemory(0, count));
            }
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Reset by a client.
        }
    }
}
