using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Handshake;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>
/// Everything at once, from many threads: streams begin and end, channels go into the pool and out of it, both ends park and make new keys, associations are given up and replaced, and in the
/// end a node stops. What a seed fixes is who does what; how it interleaves differs from run to run.
/// </summary>
public sealed class ConcurrencyTests
{
    private const int Crowd = 6;
    private const int Rounds = 15;
    private const int LongestMessage = 150_000;

    [Theory(Timeout = 120_000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Streams_are_whole_whatever_happens_to_keys_channels_and_associations(int seed) => RunAsync(seed, TestContext.Current.CancellationToken);

    [Fact(Explicit = true, Timeout = 3_600_000)]
    public async Task The_same_with_a_hundred_seeds()
    {
        for (int seed = 1_000; seed < 1_100; seed++)
        {
            await RunAsync(seed, TestContext.Current.CancellationToken);
        }
    }

    private static async Task RunAsync(int seed, CancellationToken cancellation)
    {
        using var log = new BadInput.CollectedLog();
        await using var nodes = new TestNodes { Loggers = log, MaxIdleChannels = 3, Lifetimes = Lifetimes.Default with { QuickModes = 20 }, Drain = TimeSpan.FromSeconds(1) };
        using var backEnd = new BackEndStub();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task echoing = EchoAsync(backEnd, over.Token);
        nodes.Start(backEnd.EndPoint);
        Task[] meddling = [.. new[] { nodes.Relay, nodes.Listener }.Select((node, i) => Task.Run(() => MeddleAsync(node, new Random(seed * 10 + i), over.Token)))];

        try
        {
            await Task.WhenAll(Enumerable.Range(0, Crowd).Select(i => Task.Run(() => TalkAsync(nodes, new Random(seed * 100 + i), mayBeCut: false))));
        }
        catch (SocketException e)
        {
            Assert.Fail($"seed {seed}: a stream was cut ({e.Message}); the nodes say:\n{string.Join('\n', log.Lines.Where(line => !line.Contains("has new keys", StringComparison.Ordinal)))}");
        }

        Task[] talking = [.. Enumerable.Range(0, Crowd).Select(i => Task.Run(() => TalkAsync(nodes, new Random(seed * 1_000 + i), mayBeCut: true)))];
        await (seed % 2 == 0 ? nodes.Relay : nodes.Listener).DrainAsync(CancellationToken.None);
        await Task.WhenAll(talking);
        await over.CancelAsync();
        await Task.WhenAll(meddling);
        await (seed % 2 == 0 ? nodes.Listener : nodes.Relay).DrainAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => new[] { nodes.Relay, nodes.Listener }.All(node => node.Associations.All.All(a => a.Channels.Count == 0)));
        await echoing;
    }

    /// <summary>What nodes, operators and other files do to a node, as fast as a pause of some milliseconds lets it.</summary>
    private static async Task MeddleAsync(Node node, Random random, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            // One without a channel may be on the way to its first: given up twice in a row, that is a refusal.
            Association[] associations = [.. node.Associations.All.Where(a => a.Channels.Count > 0)];
            SecureChannel[] channels = [.. associations.SelectMany(a => a.Channels)];
            switch (random.Next(6))
            {
                case 0 when associations.Length > 0:
                    node.Associations.Retire(associations[random.Next(associations.Length)], "the test wants it");
                    break;
                case 1:
                    node.Associations.RenewAll();
                    break;
                case 2 or 3 when channels.Length > 0:
                    channels[random.Next(channels.Length)].Rekey();
                    break;
                default:
                    await ParkAsync(channels);
                    break;
            }
            await Task.Delay(random.Next(20), CancellationToken.None);
        }
    }

    private static async Task ParkAsync(SecureChannel[] channels)
    {
        foreach (SecureChannel channel in channels)
        {
            try
            {
                await channel.TryParkAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException or InvalidOperationException)
            {
                // It ended meanwhile.
            }
        }
    }

    /// <summary>Some conversations: each byte that is sent comes back, and the end behind the last; one of four is broken off by a reset.</summary>
    private static async Task TalkAsync(TestNodes nodes, Random random, bool mayBeCut)
    {
        for (int round = 0; round < Rounds; round++)
        {
            byte[] message = new byte[random.Next(1, LongestMessage)];
            random.NextBytes(message);
            byte[] answer = [];
            try
            {
                using Socket socket = await nodes.ConnectAsync();
                Task<byte[]> answering = ReadAsync(socket, message.Length);
                bool isWhole = random.Next(4) > 0;
                await SendAsync(socket, message.AsMemory(0, isWhole ? message.Length : message.Length / 2), random);
                if (!isWhole)
                {
                    socket.LingerState = new LingerOption(true, 0);
                    socket.Close();
                    await Assert.ThrowsAnyAsync<Exception>(() => answering);
                    continue;
                }
                socket.Shutdown(SocketShutdown.Send);
                answer = await answering;
            }
            catch (SocketException) when (mayBeCut)
            {
                return;
            }
            Assert.Equal(message, answer);
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> message, Random random)
    {
        while (message.Length > 0)
        {
            int size = random.Next(1, message.Length + 1);
            await socket.SendAsync(message[..size]);
            message = message[size..];
            await Task.Delay(random.Next(5));
        }
    }

    /// <summary>To the end; more than was sent is an error too.</summary>
    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        var received = new byte[length + 1];
        int size = 0;
        while (await socket.ReceiveAsync(received.AsMemory(size)) is > 0 and int more)
        {
            size += more;
        }
        return received[..size];
    }

    private static async Task EchoAsync(BackEndStub backEnd, CancellationToken over)
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(EchoAsync(await backEnd.AcceptUnlessAsync(over)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(served);
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[16_384];
            try
            {
                while (await socket.ReceiveAsync(buffer.AsMemory()) is > 0 and int size)
                {
                    await socket.SendAsync(buffer.AsMemory(0, size));
                }
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Broken off.
            }
        }
    }
}
