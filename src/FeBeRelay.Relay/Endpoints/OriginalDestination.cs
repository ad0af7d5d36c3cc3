using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Relay.Endpoints;

/// <summary>Where a connection was made to before the host's packet filter redirected it here (Linux, SO_ORIGINAL_DST).</summary>
internal static class OriginalDestination
{
    private const int SolIp = 0;
    private const int SolIpV6 = 41;
    private const int SoOriginalDst = 80;

    // struct sockaddr_in:  | family 2 | port 2, big-endian | address 4 | ... |
    private const int IPv4Size = 16;
    private const int IPv4Address = 4;

    // struct sockaddr_in6: | family 2 | port 2, big-endian | flow 4 | address 16 | scope 4 |
    private const int IPv6Size = 28;
    private const int IPv6Address = 8;
    private const int Port = 2;

    /// <summary>The destination; null where the connection was not redirected.</summary>
    public static IPEndPoint? Find(Socket socket)
    {
        bool isV6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> address = stackalloc byte[isV6 ? IPv6Size : IPv4Size];
        try
        {
            socket.GetRawSocketOption(isV6 ? SolIpV6 : SolIp, SoOriginalDst, address);
        }
        catch (SocketException)
        {
            return null;
        }
        var destination = new IPAddress(isV6 ? address.Slice(IPv6Address, 16) : address.Slice(IPv4Address, 4));
        return new IPEndPoint(destination, BinaryPrimitives.ReadUInt16BigEndian(address[Port..]));
    }
}
