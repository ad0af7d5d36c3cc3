using System.Net;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>What the record that opens a stream says (clause 5.2).</summary>
/// <param name="Number">One more than the channel's last stream, from 1.</param>
/// <param name="Demand">Under which demand the stream was opened.</param>
/// <param name="Service">1 to 63 characters of a-z 0-9 . -</param>
/// <param name="Source">Where the application's connection came from, or null.</param>
/// <param name="Destination">Where it was accepted, of the same family, or null.</param>
public sealed record StreamOpen(uint Number, Demand Demand, string Service, IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>Longest service name.</summary>
    public const int MaxServiceLength = 63;

    /// <summary>Most bytes of the plaintext.</summary>
    internal const int MaxSize = 4 + 1 + 1 + MaxServiceLength + 2 * (1 + 16 + 2);

    /// <summary>Whether a name may be a service's.</summary>
    public static bool IsServiceName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is >= 1 and <= MaxServiceLength && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '.' or '-');
    }

    internal byte[] Encode()
    {
        bool known = Source is not null && Destination is not null && Source.AddressFamily == Destination.AddressFamily;
        WireWriter writer = new WireWriter().U32(Number).U8((byte)Demand).Bytes8(Encoding.ASCII.GetBytes(Service));
        WriteAddress(writer, known ? Source : null);
        WriteAddress(writer, known ? Destination : null);
        return writer.ToArray();
    }

    internal static StreamOpen Decode(ReadOnlySpan<byte> plaintext)
    {
        var reader = new WireReader(plaintext);
        uint number = reader.U32();
        byte demand = reader.U8();
        if (demand > (byte)Demand.Require)
        {
            throw WireReader.Bad($"open has demand {demand}");
        }
        string service = Encoding.Latin1.GetString(reader.Bytes8());
        if (!IsServiceName(service))
        {
            throw WireReader.Bad("open has a service name of other characters than a-z 0-9 . -");
        }
        IPEndPoint? source = ReadAddress(ref reader);
        IPEndPoint? destination = ReadAddress(ref reader);
        reader.End();
        if (source?.AddressFamily != destination?.AddressFamily)
        {
            throw WireReader.Bad("open has two addresses of different families");
        }
        return new StreamOpen(number, (Demand)demand, service, source, destination);
    }

    private static void WriteAddress(WireWriter writer, IPEndPoint? endPoint)
    {
        byte family = endPoint?.AddressFamily switch
        {
            AddressFamily.InterNetwork => 4,
            AddressFamily.InterNetworkV6 => 6,
            _ => 0,
        };
        writer.U8(family).Bytes(family == 0 ? [] : endPoint!.Address.GetAddressBytes()).U16(family == 0 ? (ushort)0 : (ushort)endPoint!.Port);
    }

    private static IPEndPoint? ReadAddress(ref WireReader reader)
    {
        byte family = reader.U8();
        ReadOnlySpan<byte> address = family switch
        {
            0 => [],
            4 => reader.Bytes(4),
            6 => reader.Bytes(16),
            _ => throw WireReader.Bad($"open has address family {family}"),
        };
        ushort port = reader.U16();
        if (family == 0)
        {
            return port == 0 ? null : throw WireReader.Bad("open has a port without an address");
        }
        return new IPEndPoint(new IPAddress(address), port);
    }
}
