using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Channel.Transport;

/// <summary>Sockets that listen.</summary>
public static class ListeningSocket
{
    private const int Backlog = 1_024;

    /// <summary>Binds and listens. An IPv6 address takes IPv6 only, so that the same port can be bound for IPv4 beside it.</summary>
    /// <exception cref="SocketException">The address is in use or not this host's, or the file is in the way.</exception>
    public static Socket Bind(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
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
