using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace FeBeRelay.Cli.Conformance;

/// <summary>
/// The back end that a proxy under test is pointed at. It reads the heads of requests and hands each to the case whose marker is in it: proxies
/// keep connections, and cases run beside each other. Whatever no case waits for, such as a health check, is answered with 200.
/// </summary>
internal sealed partial class ScriptedBackEnd : IDisposable
{
    private const string Stranger = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private const int Backlog = 1024;

    private readonly ConcurrentDictionary<string, ChannelWriter<Arrival>> _cases = new();
    private readonly ConcurrentDictionary<RawPeer, byte> _connections = new();
    private readonly CancellationToken _cancellation;
    private TaskCompletionSource<RawPeer>? _next;
    private Socket _listening;

    private ScriptedBackEnd(IPEndPoint listen, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _listening = Listen(listen);
        EndPoint = (IPEndPoint)_listening.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public static ScriptedBackEnd Start(IPEndPoint listen, CancellationToken cancellation) => new(listen, cancellation);

    /// <summary>A word that no other request has in it.</summary>
    public static string NewMarker() => $"fbc-{Guid.NewGuid():N}";

    /// <summary>Requests with the marker go here from now on.</summary>
    public ChannelReader<Arrival> Register(string marker)
    {
        var arrivals = System.Threading.Channels.Channel.CreateUnbounded<Arrival>();
        _cases[marker] = arrivals.Writer;
        return arrivals.Reader;
    }

    public void Unregister(string marker) => _cases.TryRemove(marker, out _);

    /// <summary>The next connection, before a byte of it is read.</summary>
    public Task<RawPeer> NextConnectionAsync()
    {
        var next = new TaskCompletionSource<RawPeer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _next = next;
        return next.Task;
    }

    /// <summary>Nobody waits for a connection as such any more.</summary>
    public void ForgetNextConnection() => _next = null;

    /// <summary>The back end dies: nobody listens, and every connection is reset.</summary>
    public void Stop()
    {
        _listening.Dispose();
        foreach (RawPeer connection in _connections.Keys)
        {
            connection.Reset();
        }
    }

    /// <summary>It is there again.</summary>
    public void Resume() => _listening = Listen(EndPoint);

    public void Dispose() => Stop();

    [GeneratedRegex("fbc-[0-9a-f]{32}")]
    private static partial Regex Marker();

    private Socket Listen(IPEndPoint address)
    {
        var listening = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(address);
        listening.Listen(Backlog);
        _ = AcceptAsync(listening);
        return listening;
    }

    private async Task AcceptAsync(Socket listening)
    {
        try
        {
            while (true)
            {
                Socket socket = await listening.AcceptAsync(_cancellation);
                socket.NoDelay = true;
                var connection = new RawPeer(socket, _cancellation);
                _connections.TryAdd(connection, 0);
                if (Interlocked.Exchange(ref _next, null) is { } next)
                {
                    next.SetResult(connection);
                }
                else
                {
                    _ = ServeAsync(connection);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(RawPeer connection)
    {
        try
        {
            while (await HearAsync(connection) is { } arrival)
            {
                if (await HandOverAsync(arrival))
                {
                    continue;
                }
                if (!arrival.IsWhole)
                {
                    break;
                }
                if (Marker().IsMatch(arrival.Head))
                {
                    // Of a case that is over: nobody knows what state it left the connection in.
                    break;
                }
                await connection.SayAsync(Stranger);
            }
        }
        catch (Exception e) when (e is ConformanceFailedException or OperationCanceledException or ObjectDisposedException)
        {
            // The proxy ended it, or the run is over.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Dispose();
        }
    }

    /// <summary>True when a case had it and has given it back.</summary>
    private async Task<bool> HandOverAsync(Arrival arrival)
    {
        foreach (Match marker in Marker().Matches(arrival.Head))
        {
            if (_cases.TryGetValue(marker.Value, out ChannelWriter<Arrival>? arrivals) && arrivals.TryWrite(arrival))
            {
                await arrival.Released;
                return arrival.IsWhole;
            }
        }
        return false;
    }

    /// <summary>The next head, or what came in its place before the connection ended; null for a clean end.</summary>
    private static async Task<Arrival?> HearAsync(RawPeer connection)
    {
        try
        {
            return new Arrival(connection, await connection.HearHeadAsync(Timeout.InfiniteTimeSpan));
        }
        catch (ConformanceFailedException)
        {
            (string rest, _) = await connection.HearAllAsync();
            return rest.Length == 0 ? null : new Arrival(connection, rest, IsWhole: false);
        }
    }
}
