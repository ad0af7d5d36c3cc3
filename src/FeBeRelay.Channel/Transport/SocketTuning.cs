using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Channel.Transport;

/// <summary>How connections between nodes, and to applications, are set up (docs/protocol.md 9.1).</summary>
public static class SocketTuning
{
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveIntervalSeconds = 10;
    private const int KeepAliveProbes = 3;

    // TCP_USER_TIMEOUT of Linux: unacknowledged bytes end the connection after as long as the keep-alive would have taken.
    private const int LinuxTcpUserTimeout = 18;
    private const int UserTimeoutMilliseconds = (KeepAliveSeconds + KeepAliveIntervalSeconds * KeepAliveProbes) * 1_000;

    private static readonly LingerOption AtOnce = new(true, 0);
    private static readonly LingerOption InOrder = new(false, 0);

    /// <summary>The same for a socket that is connected.</summary>
    public static void Apply(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Apply(socket, socket.RemoteEndPoint);
    }

    /// <summary>
    /// No delay for small records; a dead peer is found after 90 s, even while nothing is sent. Within this host, where no peer dies unheard, that is spared:
    /// five system calls for each connection of an application.
    /// </summary>
    /// <param name="socket">The connection, or one that is about to be made.</param>
    /// <param name="remote">Its other end.</param>
    public static void Apply(Socket socket, EndPoint? remote)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.ProtocolType != ProtocolType.Tcp)
        {
            return;
        }
        socket.NoDelay = true;
        if (remote is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address))
        {
            return;
        }
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, LinuxTcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
        }
    }

    /// <summary>
    /// From here on the connection's end is a reset, whoever brings it about: a process that is killed would otherwise leave the other side a clean end behind half
    /// of its bytes. Of TCP only; Unix sockets know no such thing.
    /// </summary>
    public static void ResetWhenLost(Socket socket) => Linger(socket, AtOnce);

    /// <summary>Takes back what <see cref="ResetWhenLost"/> said, before the connection is closed in order.</summary>
    internal static void LingerInOrder(Socket socket) => Linger(socket, InOrder);

    /// <summary>Closes so that the other side sees a reset, never a clean end.</summary>
    public static void Reset(Socket socket)
    {
        Linger(socket, AtOnce);
        socket.Dispose();
    }

    private static void Linger(Socket socket, LingerOption option)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            socket.LingerState = option;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already gone: then there is nobody left to tell.
        }
    }
}
