using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>Strangers at a node port, 2,000 connections a second: some begin a handshake and fall silent, others send what is no protocol.</summary>
internal sealed class Flood(IPEndPoint target) : IDisposable
{
    private const int EachTick = 20;
    private const int GarbageSources = 16;
    private const int GarbageBytes = 64;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentBag<Socket> _held = [];
    private readonly ConcurrentBag<Task> _cuts = [];

    /// <summary>Half-open handshakes that the node has cut.</summary>
    public int Cut => _cuts.Count(cut => cut.IsCompleted);

    /// <summary>The next of them that will be.</summary>
    public Task NextCutAsync() => Task.WhenAny(_cuts.Where(cut => !cut.IsCompleted));

    /// <summary>Handshakes that begin and get no further, all from one address; they are held until the flood is disposed.</summary>
    public Task HalfOpenAsync(int count) => PacedAsync(count, async _ =>
    {
        Socket socket = From("127.0.2.1");
        _held.Add(socket);
        Task connected = socket.ConnectAsync(target, Cancellation).AsTask();
        // Listened to from the first: who is cut at once may see it before it has spoken.
        _cuts.Add(EndOfAsync(socket, connected));
        await connected;
        // The preface, and of the first record its type alone.
        await socket.SendAsync((byte[])[.. Preface.Bytes, (byte)RecordType.InitiatorHello], Cancellation);
    });

    /// <summary>Random bytes, from several addresses, each until the node ends the connection.</summary>
    public Task GarbageAsync(int count) => PacedAsync(count, async number =>
    {
        using Socket socket = From($"127.0.3.{1 + number % GarbageSources}");
        await socket.ConnectAsync(target, Cancellation);
        await socket.SendAsync(RandomNumberGenerator.GetBytes(GarbageBytes), Cancellation);
        await EndOfAsync(socket, Task.CompletedTask);
    });

    public void Dispose()
    {
        foreach (Socket socket in _held)
        {
            socket.Reset();
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Socket From(string source)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        return socket;
    }

    private async Task PacedAsync(int count, Func<int, Task> connect)
    {
        var running = new List<Task>(count);
        using var tick = new PeriodicTimer(Tick);
        while (running.Count < count && await tick.WaitForNextTickAsync(Cancellation))
        {
            for (int i = 0; i < EachTick && running.Count < count; i++)
            {
                running.Add(MayBeCutAsync(connect(running.Count)));
            }
        }
        await Task.WhenAll(running);
    }

    private static async Task EndOfAsync(Socket socket, Task connected)
    {
        try
        {
            await connected;
            while (await socket.ReceiveAsync(new byte[GarbageBytes], Cancellation) > 0)
            {
                // An alert, perhaps.
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut by a reset, or the flood is over.
        }
    }

    private static async Task MayBeCutAsync(Task connection)
    {
        try
        {
            await connection;
        }
        catch (SocketException)
        {
            // That is what the node is there for.
        }
    }
}
