using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Tests.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>Misbehaviour of an authenticated peer in a channel: it has the keys and keeps no rule.</summary>
internal static class ChannelMisbehaviours
{
    private const ProtocolError Unexpected = ProtocolError.UnexpectedMessage;

    public static IEnumerable<Misbehaviour> All => [.. Types(), .. Forms(), .. OfInitiator(), .. OfResponder(), .. Records(), .. InBand()];

    /// <summary>Types that the other role may not send, or nobody in a channel, as the first record.</summary>
    private static IEnumerable<Misbehaviour> Types()
    {
        RecordType[] handshake =
        [
            RecordType.InitiatorHello, RecordType.ResponderHello, RecordType.ResponderAuthentication, RecordType.InitiatorAuthentication, RecordType.Accept, RecordType.Decline,
        ];
        foreach (RecordType type in (RecordType[])[.. handshake, RecordType.Data, RecordType.End, RecordType.QuickModeResponse, RecordType.Refuse, RecordType.Unknown, RecordType.Switch, RecordType.Ask])
        {
            yield return By(Role.Initiator, $"{type} as the first record", Unexpected, (_, p) => p.Record(type, new byte[type == RecordType.End ? 4 : 32]));
        }
        foreach (RecordType type in (RecordType[])[.. handshake, RecordType.Open, RecordType.Confirm, RecordType.Close, RecordType.QuickModeRequest, RecordType.QuickModeResponse, RecordType.Refuse, RecordType.Unknown, RecordType.Switch])
        {
            yield return By(Role.Responder, $"{type}, which is not its to send now", Unexpected, (_, p) => p.Record(type, new byte[32]));
        }
        foreach (byte type in (byte[])[0x00, 0x15, 0x24, 0x35, 0x7E, 0xFF])
        {
            yield return By(Role.Initiator, $"type 0x{type:x2}, which nobody knows", Unexpected, (_, _) => [type, 0, 0, 0, 17, .. new byte[17]]);
            yield return By(Role.Responder, $"type 0x{type:x2}, which nobody knows", Unexpected, (_, _) => [type, 0, 0, 0, 17, .. new byte[17]]);
        }
        foreach ((RecordType type, int max) in ((RecordType, int)[])[(RecordType.Open, 1_024), (RecordType.Data, 65_552), (RecordType.End, 256), (RecordType.Abort, 256), (RecordType.KeyUpdate, 256), (RecordType.Close, 256)])
        {
            yield return By(Role.Initiator, $"{type} of {max + 1} bytes", ProtocolError.TooLong, (_, _) => [(byte)type, 0, (byte)((max + 1) >> 16), (byte)((max + 1) >> 8), (byte)(max + 1)]);
        }
    }

    private static IEnumerable<Misbehaviour> Forms() => BrokenPlaintexts.All.Select(pair =>
        By(pair.Value.Sender, pair.Key, ProtocolError.BadMessage, (_, p) => [.. pair.Value.StreamIsOpen && pair.Value.Sender == Role.Initiator ? p.Open() : [], .. p.Record(pair.Value.Type, pair.Value.Plaintext)]));

    private static IEnumerable<Misbehaviour> OfInitiator()
    {
        Misbehaviour Of(string name, ProtocolError error, Func<RecordForger, byte[][]> records) =>
            By(Role.Initiator, name, error, (_, p) => [.. records(p).SelectMany(r => r)]);
        yield return Of("data behind its end", Unexpected, p => [p.Open(), p.End(), p.Data(1)]);
        yield return Of("a second end", Unexpected, p => [p.Open(), p.End(), p.End()]);
        yield return Of("a second open while a stream is open", Unexpected, p => [p.Open(), p.Open(2)]);
        yield return Of("a second open before this program's end", Unexpected, p => [p.Open(), p.End(), p.Open(2)]);
        yield return Of("a first stream of number 0", Unexpected, p => [p.Open(0)]);
        yield return Of("a first stream of number 2", Unexpected, p => [p.Open(2)]);
        yield return Of("a first stream of the largest number", Unexpected, p => [p.Open(uint.MaxValue)]);
        yield return Of("a close while a stream is open", ProtocolError.Truncated, p => [p.Open(), p.Record(RecordType.Close)]);
        yield return Of("a close before this program's end", ProtocolError.Truncated, p => [p.Open(), p.End(), p.Record(RecordType.Close)]);
        yield return Of("an abort of a stream never opened", Unexpected, p => [p.Open(), p.Abort(2)]);
        yield return Of("an abort of an older stream", Unexpected, p => [p.Open(), p.Abort(0)]);
        yield return Of("a confirm behind an open", Unexpected, p => [p.Open(), p.Record(RecordType.Confirm)]);
        yield return Of("a second confirm", Unexpected, p => [p.Record(RecordType.Confirm), p.Record(RecordType.Confirm)]);
        yield return Of("data behind an abort", Unexpected, p => [p.Open(), p.Abort(), p.Data(1)]);
        yield return Of("a key update behind an abort", Unexpected, p => [p.Open(), p.Abort(), p.KeyUpdate()]);
        yield return Of("a second abort", Unexpected, p => [p.Open(), p.Abort(), p.Abort()]);
        yield return Of("an open behind a close", Unexpected, p => [p.Record(RecordType.Close), p.Open()]);
        yield return Of("a key update behind a close", Unexpected, p => [p.Record(RecordType.Close), p.KeyUpdate()]);
        yield return Of("a second close", Unexpected, p => [p.Record(RecordType.Close), p.Record(RecordType.Close)]);
        yield return Of("an abort behind a close", Unexpected, p => [p.Record(RecordType.Close), p.Abort(0)]);
        yield return Of("an open under a parked epoch", Unexpected, p => [p.KeyUpdate(park: true), p.Open()]);
        yield return Of("data under a parked epoch", Unexpected, p => [p.Open(), p.KeyUpdate(park: true), p.Data(1)]);
        yield return Of("an end under a parked epoch", Unexpected, p => [p.Open(), p.KeyUpdate(park: true), p.End()]);
        yield return Of("a key update under a parked epoch", Unexpected, p => [p.KeyUpdate(park: true), p.KeyUpdate()]);
        yield return Of("a second park", Unexpected, p => [p.KeyUpdate(park: true), p.KeyUpdate(park: true)]);
        yield return Of("more key updates than the ration", ProtocolError.LimitReached, p => [p.Open(), .. Enumerable.Range(0, Limits.ControlRecordRation + 1).Select(_ => p.KeyUpdate())]);
    }

    private static IEnumerable<Misbehaviour> OfResponder()
    {
        Misbehaviour Of(string name, ProtocolError error, Func<RecordForger, byte[][]> records) =>
            By(Role.Responder, name, error, (_, p) => [.. records(p).SelectMany(r => r)]);
        yield return Of("data behind its end", Unexpected, p => [p.End(), p.Data(1)]);
        yield return Of("a second end", Unexpected, p => [p.End(), p.End()]);
        yield return Of("an end of another stream", ProtocolError.BadMessage, p => [p.End(2)]);
        yield return Of("an abort of a stream never opened", Unexpected, p => [p.Abort(2)]);
        yield return Of("data behind an abort", Unexpected, p => [p.Abort(), p.Data(1)]);
        yield return Of("a second abort", Unexpected, p => [p.Abort(), p.Abort()]);
        yield return Of("data under a parked epoch", Unexpected, p => [p.KeyUpdate(park: true), p.Data(1)]);
        yield return Of("an end under a parked epoch", Unexpected, p => [p.KeyUpdate(park: true), p.End()]);
        yield return Of("a key update under a parked epoch", Unexpected, p => [p.KeyUpdate(park: true), p.KeyUpdate()]);
        yield return Of("more asks than the ration", ProtocolError.LimitReached, p => [.. Enumerable.Range(0, Limits.ControlRecordRation + 1).Select(_ => p.Record(RecordType.Ask, (byte)AskKind.Close))]);
        yield return Of("a close while a stream is open", Unexpected, p => [p.Record(RecordType.Close)]);
    }

    /// <summary>What needs no key: an attacker in between does it, too.</summary>
    private static IEnumerable<Misbehaviour> Records()
    {
        foreach (Role role in (Role[])[Role.Initiator, Role.Responder])
        {
            byte[] First(RecordForger p) => role == Role.Initiator ? p.Open() : p.Data(1, 2, 3);
            yield return By(role, "a record twice", ProtocolError.CannotDecrypt, (_, p) => First(p) is var r ? [.. r, .. role == Role.Initiator ? p.Data(1) is var d ? [.. d, .. d] : [] : r] : []);
            yield return By(role, "a record left out", ProtocolError.CannotDecrypt, (_, p) => First(p) is var _ ? p.Data(1) : []);
            yield return By(role, "two records exchanged", ProtocolError.CannotDecrypt, (_, p) => Swapped([.. role == Role.Initiator ? p.Open() : []], p.Data(1), p.Data(2)));
            yield return By(role, "one bit of the text wrong", ProtocolError.CannotDecrypt, (_, p) => Flip([.. role == Role.Initiator ? p.Open() : [], .. p.Data(1, 2, 3)], 17));
            yield return By(role, "one bit of the tag wrong", ProtocolError.CannotDecrypt, (_, p) => Flip([.. role == Role.Initiator ? p.Open() : [], .. p.Data(1, 2, 3)], 1));
            yield return By(role, "a record of another channel", ProtocolError.CannotDecrypt, (_, _) => OfAnotherChannel(role));
            yield return By(role, "a record of this program's own direction", ProtocolError.CannotDecrypt, (pair, _) => OfOwnDirection(pair, role));
            yield return By(role, "a record of epoch 1 before a key update", ProtocolError.WrongEpoch, (_, p) => Epoch(First(p), 1));
            yield return By(role, "a record of epoch 255", ProtocolError.WrongEpoch, (_, p) => Epoch(First(p), 255));
            yield return By(role, "a record of the old epoch behind a key update", ProtocolError.WrongEpoch, (_, p) => [.. role == Role.Initiator ? p.Open() : [], .. p.KeyUpdate(), .. Epoch(p.Data(1), 0)]);
            yield return By(role, "a record shorter than its tag", ProtocolError.BadMessage, (_, _) => [(byte)(role == Role.Initiator ? RecordType.Open : RecordType.Data), 0, 0, 0, 15, .. new byte[15]]);
            yield return By(role, "an alert in the clear", Unexpected, (_, _) => [0x7F, 0, 0, 0, 0]);
            yield return By(role, "a preface again", Unexpected, (_, _) => Preface.Bytes.ToArray());
        }
    }

    private static IEnumerable<Misbehaviour> InBand()
    {
        Misbehaviour ToResponder(string name, ProtocolError error, Func<ChannelPair, byte[], byte[]> change) => new(Role.Initiator, "in-band", name, error, () =>
        {
            using ChannelPair pair = ChannelPair.Create();
            byte[] body = RequestBody(pair);
            return Result(pair.Responder, () =>
            {
                using RecordForger peer = pair.Forge(Role.Initiator);
                pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, change(pair, body)));
                pair.Responder.Answer();
            });
        });
        yield return ToResponder("one bit of the binder wrong", ProtocolError.BadMac, (_, b) => Flip(b, 1));
        yield return ToResponder("another channel's id", ProtocolError.BadMac, (_, b) => Flip(b, 48 + 48 + 1));
        yield return ToResponder("another hash of the channel", ProtocolError.BadMac, (_, b) => Flip(b, 48 + 1));
        yield return ToResponder("a byte missing", ProtocolError.BadMessage, (_, b) => b[..^1]);
        yield return ToResponder("a byte left over", ProtocolError.BadMessage, (_, b) => [.. b, 0]);
        yield return ToResponder("mode new in a channel", ProtocolError.BadMessage, (_, b) => [1, .. b[1..]]);
        yield return ToResponder("flags 2", ProtocolError.BadMessage, (_, b) => [b[0], 2, .. b[2..]]);
        yield return ToResponder("an empty request", ProtocolError.BadMessage, (_, _) => []);
        yield return new(Role.Initiator, "in-band", "a second request while one is answered", Unexpected, () =>
        {
            using ChannelPair pair = ChannelPair.Create();
            byte[] body = RequestBody(pair);
            return Result(pair.Responder, () =>
            {
                using RecordForger peer = pair.Forge(Role.Initiator);
                pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, body));
                pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, body));
            });
        });
        yield return new(Role.Initiator, "in-band", "a switch with a wrong binder 3", ProtocolError.BadMac, () =>
        {
            using ChannelPair pair = ChannelPair.Create();
            byte[] body = RequestBody(pair);
            return Result(pair.Responder, () =>
            {
                using RecordForger peer = pair.Forge(Role.Initiator);
                pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, body));
                pair.Responder.Answer();
                pair.Responder.Receive(peer.Record(RecordType.Switch, new byte[48]));
            });
        });
        yield return new(Role.Initiator, "in-band", "a close while an exchange is outstanding", Unexpected, () =>
        {
            using ChannelPair pair = ChannelPair.Create();
            byte[] body = RequestBody(pair);
            return Result(pair.Responder, () =>
            {
                using RecordForger peer = pair.Forge(Role.Initiator);
                pair.Responder.Receive(peer.Record(RecordType.QuickModeRequest, body));
                pair.Responder.Receive(peer.Record(RecordType.Close));
            });
        });
        foreach ((string name, ProtocolError error, RecordType type, byte[] body) in ((string, ProtocolError, RecordType, byte[])[])
        [
            ("an answer without a share", ProtocolError.NotOffered, RecordType.QuickModeResponse, [2, .. new byte[32], 0, 0, 0, 0, .. new byte[48]]),
            ("an empty answer", ProtocolError.BadMessage, RecordType.QuickModeResponse, []),
            ("an answer of mode new", ProtocolError.BadMessage, RecordType.QuickModeResponse, [1, .. new byte[32], 0, 0, 0, 0, .. new byte[48]]),
            ("a refusal that nobody signed", ProtocolError.BadMac, RecordType.Refuse, [1, .. new byte[48]]),
            ("'unknown' of another request", ProtocolError.BadMessage, RecordType.Unknown, new byte[48]),
            ("a switch in place of the answer", Unexpected, RecordType.Switch, []),
            ("a second request's worth of nothing", ProtocolError.BadMessage, RecordType.Unknown, []),
        ])
        {
            yield return new(Role.Responder, "in-band", name, error, () =>
            {
                using ChannelPair pair = ChannelPair.Create();
                using RecordForger peer = pair.Forge(Role.Responder);
                pair.Initiator.Request();
                return Result(pair.Initiator, () =>
                {
                    pair.Initiator.Receive(peer.Record(type, body));
                    pair.Initiator.TakeAnswer();
                });
            });
        }
    }

    /// <summary>A hostile peer in that role; towards an initiator, stream 1 is open.</summary>
    private static Misbehaviour By(Role peer, string name, ProtocolError error, Func<ChannelPair, RecordForger, byte[]> records) =>
        new(peer, "channel", name, error, () =>
        {
            using ChannelPair pair = ChannelPair.Create();
            using RecordForger forger = pair.Forge(peer);
            ChannelEnd end = pair.End(peer == Role.Initiator ? Role.Responder : Role.Initiator);
            if (peer == Role.Responder)
            {
                pair.Initiator.Open();
            }
            return Result(end, () => end.Receive(records(pair, forger)));
        });

    private static Reaction Result(ChannelEnd end, Action act)
    {
        try
        {
            act();
            return new Reaction(null, null, Spoke: true, end.Delivered.Count);
        }
        catch (ProtocolException e)
        {
            return new Reaction(e.Error, null, Spoke: true, end.Delivered.Count);
        }
    }

    /// <summary>M1 with binder 1 as the pair's own initiator makes it; its record is not sent.</summary>
    private static byte[] RequestBody(ChannelPair pair)
    {
        ((InitiatorExchange)pair.Initiator.Core.Exchange).Start(pair.Association.Exchange, forwardSecrecy: true, NodeEntropy.Instance);
        return [.. ((InitiatorExchange)pair.Initiator.Core.Exchange).Request];
    }

    private static byte[] OfAnotherChannel(Role role)
    {
        using ChannelPair other = ChannelPair.Create(nonce: 9);
        using RecordForger forger = other.Forge(role);
        return role == Role.Initiator ? forger.Open() : forger.Data(1, 2, 3);
    }

    private static byte[] OfOwnDirection(ChannelPair pair, Role peer)
    {
        using RecordForger own = pair.Forge(peer == Role.Initiator ? Role.Responder : Role.Initiator);
        return own.Data(1);
    }

    private static byte[] Swapped(byte[] before, byte[] first, byte[] second) => [.. before, .. second, .. first];

    private static byte[] Epoch(byte[] record, byte epoch) => [record[0], epoch, .. record[2..]];

    private static byte[] Flip(byte[] bytes, int fromEnd)
    {
        byte[] flipped = [.. bytes];
        flipped[^fromEnd] ^= 1;
        return flipped;
    }
}
