using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>
/// A TCP proxy on loopback that forwards faithfully and remembers what it saw. Laid on the link between relay and
/// listener it is the eavesdropper of the lab; laid in front of the back end it knows what was really sent.
/// </summary>
internal sealed class Wiretap : IAsyncDisposable
{
    private const int RecordedConnections = 32;
    private const int Backlog = 512;

    private readonly Socket[] _listeners;
    private readonly Task _accepting;
    private readonly MarkerWatch _watch = new();
    private readonly WireTotals _toTarget = new();
    private readonly WireTotals _fromTarget = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<TappedConnection, Task> _open = [];
    private readonly Queue<TappedConnection> _recorded = [];
    private bool _disposed;

    private Wiretap(IReadOnlyList<IPEndPoint> targets)
    {
        _listeners = [.. targets.Select(Listen)];
        Addresses = [.. _listeners.Select(l => (IPEndPoint)l.LocalEndPoint!)];
        _accepting = Task.WhenAll(_listeners.Zip(targets, AcceptAsync));
    }

    /// <summary>Where to connect instead of each target.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; }

    /// <summary>Where to connect instead of the first target.</summary>
    public IPEndPoint Address => Addresses[0];

    /// <summary>Lays one wiretap on the ways to several targets.</summary>
    public static Wiretap Start(params IReadOnlyList<IPEndPoint> targets) => new(targets);

    public long Bytes(WireDirection direction) => Totals(direction).Bytes;

    /// <summary>The last few KiB that passed in one direction, over all connections.</summary>
    public byte[] Sample(WireDirection direction) => Totals(direction).Recent();

    /// <summary>The beginnings of the latest connections, oldest first.</summary>
    public IReadOnlyList<WireRecording> Recordings()
    {
        lock (_gate)
        {
            return [.. _recorded.Select(connection => connection.Recording)];
        }
    }

    /// <summary>Registers a marker to look for. Do so before it can pass.</summary>
    public void Watch(ReadOnlySpan<byte> marker) => _watch.Add(marker);

    /// <summary>Whether a registered marker passed, in either direction of any connection, however it was cut into packets.</summary>
    public bool Saw(ReadOnlySpan<byte> marker) => _watch.Saw(marker);

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _disposed = true;
            running = [.. _open.Values];
            foreach (TappedConnection connection in _open.Keys)
            {
                connection.Dispose();
            }
        }

        foreach (Socket listener in _listeners)
        {
            listener.Dispose();
        }

        await _accepting;
        await Task.WhenAll(running);
    }

    private WireTotals Totals(WireDirection direction) => direction == WireDirection.ToTarget ? _toTarget : _fromTarget;

    private static Socket Listen(IPEndPoint target)
    {
        var listener = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(target.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        return listener;
    }

    private async Task AcceptAsync(Socket listener, IPEndPoint target)
    {
        while (true)
        {
            try
            {
                Adopt(await listener.AcceptAsync(), target);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // This one connection went away before it was accepted; the next one is still welcome.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Adopt(Socket near, IPEndPoint target)
    {
        var connection = new TappedConnection(near, new WireRecorder(_toTarget, _watch), new WireRecorder(_fromTarget, _watch));
        lock (_gate)
        {
            if (_disposed)
            {
                connection.Dispose();
                return;
            }

            if (_recorded.Count == RecordedConnections)
            {
                _recorded.Dequeue();
            }

            _recorded.Enqueue(connection);
            _open.Add(connection, RunAsync(connection, target));
        }
    }

    private async Task RunAsync(TappedConnection connection, IPEndPoint target)
    {
        // Entered under the lock: leave it before anything can end the connection.
        await Task.Yield();
        await connection.RunAsync(target);
        lock (_gate)
        {
            _open.Remove(connection);
        }
    }
}
