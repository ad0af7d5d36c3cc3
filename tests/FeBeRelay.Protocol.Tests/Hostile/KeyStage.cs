using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>This program's end of a main mode by the pre-shared key "plant7", and a hostile one.</summary>
internal static class KeyStage
{
    public const string Name = "plant7";

    private static readonly byte[] Key = [.. Enumerable.Range(1, PreSharedKey.MinSize).Select(i => (byte)i)];
    private static readonly MainModeMethod Method = new(new PreSharedKey(Name, Key));
    private static readonly byte[] Preface = Wire.Preface.Bytes.ToArray();

    /// <summary>What this program's end is known by.</summary>
    public static readonly byte[] OwnInstance = [.. Enumerable.Repeat((byte)0x5A, Limits.IdSize)];

    /// <summary><c>K0</c> of the key, and of another that has its name.</summary>
    public static readonly byte[] Root = ReferenceSchedule.KeyRoot(Name, Key);
    public static readonly byte[] OtherRoot = ReferenceSchedule.KeyRoot(Name, [.. Key.Reverse()]);

    /// <summary>A hello that offers the key, changed, then with its gate, if it has room for one, then changed again.</summary>
    public static Reaction Hello(Func<InitiatorHello, InitiatorHello>? change = null, byte[]? root = null, Func<byte[], byte[]>? then = null)
    {
        using var peer = new ReferenceInitiator();
        byte[] r1 = Close(peer, change ?? (hello => hello), root ?? Root);
        return HandshakeStage.Play(Responder(), [_ => [.. Preface, .. (then ?? (record => record))(r1)]]);
    }

    /// <summary>A good hello, then R4 in answer to the responder.</summary>
    public static Reaction BehindHello(Func<ReferenceInitiator, byte[], byte[], byte[], byte[]> answer)
    {
        using var peer = new ReferenceInitiator();
        byte[] r1 = Close(peer, hello => hello, Root);
        return HandshakeStage.Play(Responder(),
        [
            _ => [.. Preface, .. r1],
            sent =>
            {
                (byte[] r2, byte[] r3) = MainModeRun.Split(sent[Preface.Length..]);
                return answer(peer, r1, r2, r3);
            },
        ]);
    }

    /// <summary>What comes in answer to an initiator that offers the key, and nothing else.</summary>
    public static Reaction ToInitiator(Func<ReferenceResponder, byte[]> answer)
    {
        using InitiatorNegotiation end = InitiatorNegotiation.WithMainMode(Settings(Role.Initiator), Demand.Require, forwardSecrecy: true, TimeSpan.Zero);
        return HandshakeStage.Play(end, [sent =>
        {
            using var peer = new ReferenceResponder(sent[Preface.Length..]);
            peer.Hello = peer.Hello with { Signatures = [KeyGates.Number] };
            return [.. Preface, .. answer(peer)];
        }]);
    }

    private static byte[] Close(ReferenceInitiator peer, Func<InitiatorHello, InitiatorHello> change, byte[] root)
    {
        InitiatorHello hello = change(peer.Hello with { Shares = [.. peer.Hello.Shares, KeyGates.Room(1)], Signatures = [KeyGates.Number] });
        peer.Hello = hello;
        byte[] record = hello.Encode();
        byte[] gate = ReferenceSchedule.Gate(root, record);
        if (hello.Shares[^1] is { Group: KeyGates.Number } gates && gates.Public.Length >= gate.Length)
        {
            int behind = 1 + 2 * hello.Signatures.Length;
            gate.CopyTo(record, record.Length - behind - gate.Length);
        }
        return record;
    }

    private static ResponderNegotiation Responder() => new(Settings(Role.Responder), TimeSpan.Zero);

    private static MainModeSettings Settings(Role role) => MainModeRun.Settings(role) with { Methods = [Method], Instance = OwnInstance };
}
