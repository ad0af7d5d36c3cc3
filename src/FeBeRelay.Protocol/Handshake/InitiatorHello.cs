using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The first message, R1 (clause 2.2): what the initiator offers and demands, with a share for each group.</summary>
internal sealed record InitiatorHello(
    ushort[] Versions, byte[] Nonce, Demand Demand, byte[] Tried, Lifetimes Lifetimes, ushort[] Suites, Share[] Shares, ushort[] Signatures)
{
    public const int MaxSuites = 8;
    public const int MaxShares = 4;
    public const int MaxSignatures = 8;
    private const int MaxVersions = 16;

    /// <summary>The gates of the pre-shared keys offered (clause 2.11), null where none is.</summary>
    public byte[]? Gates => Shares.FirstOrDefault(share => share.Group == KeyGates.Number)?.Public;

    /// <summary>The whole record.</summary>
    public byte[] Encode()
    {
        WireWriter writer = new WireWriter().U16List(Versions).Bytes(Nonce).U8((byte)Demand).Bytes8(Tried);
        Lifetimes.Write(writer);
        writer.U16List(Suites).U8((byte)Shares.Length);
        foreach (Share share in Shares)
        {
            share.Write(writer);
        }
        return writer.U16List(Signatures).ToRecord(RecordType.InitiatorHello);
    }

    /// <exception cref="ProtocolException">The record is not an initiator hello in its one form.</exception>
    public static InitiatorHello Decode(ReadOnlySpan<byte> record)
    {
        var reader = new WireReader(HandshakeRecord.Body(record, RecordType.InitiatorHello));
        var hello = new InitiatorHello(
            reader.U16List(MaxVersions, "versions"),
            reader.Bytes(Limits.NonceSize).ToArray(),
            ReadDemand(ref reader),
            ReadTried(ref reader),
            Lifetimes.Read(ref reader),
            reader.U16List(MaxSuites, "suites"),
            ReadShares(ref reader),
            reader.U16List(MaxSignatures, "signatures"));
        reader.End();
        KeyGates.Check(hello);
        return hello;
    }

    private static Demand ReadDemand(ref WireReader reader)
    {
        byte value = reader.U8();
        return value <= (byte)Demand.Require ? (Demand)value : throw WireReader.Bad($"demand is {value}");
    }

    private static byte[] ReadTried(ref WireReader reader)
    {
        ReadOnlySpan<byte> tried = reader.Bytes8();
        return tried.Length is 0 or Limits.IdSize ? tried.ToArray() : throw WireReader.Bad($"tried has {tried.Length} bytes");
    }

    private static Share[] ReadShares(ref WireReader reader)
    {
        var shares = new Share[reader.Count(MaxShares, "shares")];
        for (int i = 0; i < shares.Length; i++)
        {
            Share share = Share.Read(ref reader, Role.Initiator);
            if (shares.Take(i).Any(s => s.Group == share.Group))
            {
                throw WireReader.Bad($"shares hold group 0x{share.Group:x4} twice");
            }
            shares[i] = share;
        }
        return shares;
    }
}
