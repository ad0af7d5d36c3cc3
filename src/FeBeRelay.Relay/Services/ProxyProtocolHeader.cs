using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Relay.Services;

/// <summary>PROXY protocol version 2 (the HAProxy specification, section 2.2): who the application's connection came from, in front of its bytes.</summary>
internal static class ProxyProtocolHeader
{
    private const byte Version2Proxy = 0x21;
    private const byte Version2Local = 0x20;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;
    private const byte Unspecified = 0x00;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>The header: 16 bytes without addresses, 28 with IPv4, 52 with IPv6.</summary>
    /// <param name="source">Where the application's connection came from, or null (a Unix socket).</param>
    /// <param name="destination">Where the relay endpoint accepted it, of the same family, or null.</param>
    public static byte[] Encode(IPEndPoint? source, IPEndPoint? destination)
    {
        if (source is null || destination is null)
        {
            return [.. Signature, Version2Local, Unspecified, 0, 0];
        }
        bool v4 = source.AddressFamily == AddressFamily.InterNetwork;
        int addressSize = v4 ? 4 : 16;
        var header = new byte[16 + 2 * addressSize + 4];
        Signature.CopyTo(header);
        header[12] = Version2Proxy;
        header[13] = v4 ? TcpOverIPv4 : TcpOverIPv6;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(2 * addressSize + 4));
        source.Address.GetAddressBytes().CopyTo(header, 16);
        destination.Address.GetAddressBytes().CopyTo(header, 16 + addressSize);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16 + 2 * addressSize), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18 + 2 * addressSize), (ushort)destination.Port);
        return header;
    }
}
