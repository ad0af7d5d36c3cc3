using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Tests.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The function that the channel vectors are values of: a stream with a key update in it, each abort, a close.</summary>
internal static class ChannelFunction
{
    private static readonly byte[] Open = RecordForger.PlaintextOfOpen(1, 2, "mail", [4, 192, 0, 2, 1, 0x9C, 0x40], [4, 192, 0, 2, 2, 0, 80]);

    public static ChannelVector Of(string quickMode, Suite suite, string trafficInitiator, string trafficResponder)
    {
        var records = new List<ChannelRecord>();
        using (Direction initiator = new(suite, trafficInitiator, "i", records))
        using (Direction responder = new(suite, trafficResponder, "r", records))
        {
            initiator.Send("open", RecordType.Open, Open);
            initiator.Send("data", RecordType.Data, "GET / HTTP/1.1\r\n\r\n"u8);
            initiator.Send("key update", RecordType.KeyUpdate, [0]);
            initiator.Send("data under the new epoch", RecordType.Data, "more"u8);
            initiator.Send("end", RecordType.End, [0, 0, 0, 1]);
            responder.Send("ask to close", RecordType.Ask, [3]);
            responder.Send("data", RecordType.Data, "HTTP/1.1 200 OK\r\n\r\n"u8);
            responder.Send("end", RecordType.End, [0, 0, 0, 1]);
            initiator.Send("close", RecordType.Close, []);
            responder.Send("close", RecordType.Close, []);
        }
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            using Direction responder = new(suite, trafficResponder, "r", records);
            responder.Send($"abort {code.Name()} as the responder's first record", RecordType.Abort, [0, 0, 0, 1, (byte)code]);
        }
        return new ChannelVector(quickMode, trafficInitiator, trafficResponder, records);
    }

    public static IEnumerable<BrokenChannelRecord> Broken(string quickMode, Suite suite, string trafficInitiator, string trafficResponder)
    {
        foreach ((string name, (RecordType type, Role sender, bool behindOpen, byte[] plaintext)) in BrokenPlaintexts.All)
        {
            var records = new List<ChannelRecord>();
            bool initiator = sender == Role.Initiator;
            using Direction direction = new(suite, initiator ? trafficInitiator : trafficResponder, initiator ? "i" : "r", records);
            if (behindOpen)
            {
                direction.Send("open", RecordType.Open, Open);
            }
            direction.Send(name, type, plaintext);
            yield return new BrokenChannelRecord(name, quickMode, records[^1].Sender, behindOpen, records[^1].Record, nameof(ProtocolError.BadMessage));
        }
    }

    private sealed class Direction(Suite suite, string secret, string name, List<ChannelRecord> records) : IDisposable
    {
        private readonly RecordSealer _sealer = new(suite, new Secret(Convert.FromHexString(secret)), spi: 0, KeyLimits.Ceiling);

        public void Send(string what, RecordType type, ReadOnlySpan<byte> plaintext)
        {
            var record = new byte[RecordHeader.Size + plaintext.Length + Limits.TagSize];
            plaintext.CopyTo(record.AsSpan(RecordHeader.Size));
            _sealer.Seal(type, record, TimeSpan.Zero);
            records.Add(new ChannelRecord(what, name, Convert.ToHexStringLower(plaintext), Convert.ToHexStringLower(record)));
            if (type == RecordType.KeyUpdate)
            {
                _sealer.Update();
            }
        }

        public void Dispose() => _sealer.Dispose();
    }
}
