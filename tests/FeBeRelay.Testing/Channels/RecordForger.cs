using System.Buffers.Binary;
using System.Text;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Channels;

/// <summary>Seals any record with the right key: the authenticated peer that breaks the protocol.</summary>
public sealed class RecordForger : IDisposable
{
    private readonly RecordSealer _sealer;

    internal RecordForger(Suite suite, Secret secret) => _sealer = new RecordSealer(suite, secret, spi: 0, KeyLimits.Ceiling);

    /// <summary>Goes on where an end stands; the end sends nothing more of its own.</summary>
    public RecordForger(ChannelEnd end) => _sealer = end.Core.Sender.Sealer;

    public byte[] Record(RecordType type, params ReadOnlySpan<byte> plaintext)
    {
        var record = new byte[RecordHeader.Size + plaintext.Length + Limits.TagSize];
        plaintext.CopyTo(record.AsSpan(RecordHeader.Size));
        _sealer.Seal(type, record, TimeSpan.Zero);
        return record;
    }

    public byte[] Open(uint number = 1) => Record(RecordType.Open, PlaintextOfOpen(number, demand: 2, "mail", [0, 0, 0], [0, 0, 0]));

    public byte[] Data(params ReadOnlySpan<byte> plaintext) => Record(RecordType.Data, plaintext);

    public byte[] End(uint number = 1) => Record(RecordType.End, Number(number));

    public byte[] Abort(uint number = 1, byte code = (byte)ErrorCode.Reset) => Record(RecordType.Abort, [.. Number(number), code]);

    /// <summary>The key update, and the next epoch behind it.</summary>
    public byte[] KeyUpdate(bool park = false)
    {
        byte[] record = Record(RecordType.KeyUpdate, park ? (byte)1 : (byte)0);
        _sealer.Update();
        return record;
    }

    public static byte[] PlaintextOfOpen(uint number, byte demand, string service, byte[] source, byte[] destination) =>
        [.. Number(number), demand, (byte)service.Length, .. Encoding.Latin1.GetBytes(service), .. source, .. destination];

    public void Dispose() => _sealer.Dispose();

    private static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
