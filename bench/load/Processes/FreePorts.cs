using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Load.Processes;

/// <summary>Loopback ports that nobody listens on.</summary>
internal static class FreePorts
{
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that was free a moment ago, and that was not given before.</summary>
    public static IPEndPoint Next()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var endPoint = (IPEndPoint)socket.LocalEndPoint!;
            if (Given.Add(endPoint.Port))
            {
                return endPoint;
            }
        }
    }
}
