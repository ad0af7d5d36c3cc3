using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>Listens, and behaves towards each connection as the test says. Counts connections and the bytes that arrive.</summary>
internal sealed class StubPeer : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentBag<Socket> _accepted = [];
    private int _connections;
    private long _bytes;

    /// <param name="behave">Gets each connection and its number, from 1.</param>
    public StubPeer(Func<StubPeer, Socket, int, Task> behave)
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        EndPoint = (IPEndPoint)_listening.LocalEndPoint!;
        _ = AcceptAsync(behave);
    }

    public IPEndPoint EndPoint { get; }

    public int Connections => Volatile.Read(ref _connections);

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>A server that answers to the first bytes that it gets, and ends.</summary>
    public static StubPeer Answering(string answer) => new(async (peer, socket, _) =>
    {
        await peer.ReadAsync(socket);
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        socket.Shutdown(SocketShutdown.Send);
        await peer.DrainAsync(socket);
    });

    /// <summary>Accepts, listens, and says nothing.</summary>
    public static StubPeer Silent() => new((peer, socket, _) => peer.DrainAsync(socket));

    /// <summary>Says something as soon as something arrives, and then waits.</summary>
    public static StubPeer Saying(byte[] words) => new(async (peer, socket, _) =>
    {
        await peer.ReadAsync(socket);
        await socket.SendAsync(words);
        await peer.DrainAsync(socket);
    });

    public async Task<int> ReadAsync(Socket socket)
    {
        int count = await socket.ReceiveAsync(new byte[16_384]);
        Interlocked.Add(ref _bytes, count);
        return count;
    }

    public async Task DrainAsync(Socket socket)
    {
        while (await ReadAsync(socket) > 0)
        {
        }
        socket.Dispose();
    }

    public void Dispose()
    {
        _listening.Dispose();
        foreach (Socket socket in _accepted)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync(Func<StubPeer, Socket, int, Task> behave)
    {
        try
        {
            while (true)
            {
                Socket socket = await _listening.AcceptAsync();
                _accepted.Add(socket);
                _ = ServeAsync(behave, socket, Interlocked.Increment(ref _connections));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Func<StubPeer, Socket, int, Task> behave, Socket socket, int number)
    {
        try
        {
            await behave(this, socket, number);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side ended it.
        }
    }
}
