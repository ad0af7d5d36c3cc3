using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Transport;

/// <summary>
/// A socket that listens: bound by this process, or one that it was started with. What waits to be accepted is lost when the last owner closes; a socket that
/// another process holds too is therefore left as it is, and that process accepts what waits.
/// </summary>
public sealed class ListeningSocket : IAsyncDisposable
{
    private const int Backlog = 1_024;

    private readonly Socket _socket;
    private readonly bool _isInherited;
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;
    private bool _isStopped;

    private ListeningSocket(Socket socket, bool isInherited)
    {
        _socket = socket;
        _isInherited = isInherited;
        LocalEndPoint = socket.LocalEndPoint!;
    }

    /// <summary>Where it listens, with the port that the system chose.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Takes one of the inherited sockets, or binds. An IPv6 address is bound for IPv6 only, so that the same port can be bound for IPv4 beside it.</summary>
    /// <param name="inherited">What the process was started with.</param>
    /// <param name="name">The socket's name there.</param>
    /// <param name="endPoint">Where to listen.</param>
    /// <exception cref="SocketException">The address is in use or not this host's, or the file is in the way.</exception>
    public static ListeningSocket Open(InheritedSockets inherited, string name, EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(inherited);
        ArgumentNullException.ThrowIfNull(endPoint);
        return inherited.Take(name, endPoint) is { } socket ? new ListeningSocket(socket, isInherited: true) : new ListeningSocket(Bind(endPoint), isInherited: false);
    }

    /// <summary>Starts to accept; once.</summary>
    /// <inheritdoc cref="AcceptLoop.RunAsync"/>
    public void Start(Action<Socket> accepted, TimeProvider time, ILogger logger) =>
        _accepting = AcceptLoop.RunAsync(_socket, accepted, time, logger, _stopping.Token);

    /// <summary>Stops accepting. Afterwards every connection that was accepted has been handed out.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }
        _isStopped = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _socket.Dispose();
        // The file of a socket that was handed over belongs to who made it.
        if (!_isInherited && LocalEndPoint is UnixDomainSocketEndPoint unix)
        {
            File.Delete(unix.ToString());
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static Socket Bind(EndPoint endPoint)
    {
        bool unix = endPoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
