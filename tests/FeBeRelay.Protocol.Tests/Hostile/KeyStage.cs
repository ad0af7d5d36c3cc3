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

    private static readonly BrokenOffer Unbroken = new("nothing", default, hello => hello, Root, r1 => r1);

    /// <summary>A hello that offers the key, with a rule broken.</summary>
    public static Reaction Hello(BrokenOffer offer)
    {
        using var peer = new ReferenceInitiator();
        byte[] r1 = Close(peer, offer);
        return HandshakeStage.Play(Responder(), [_ => [.. Preface, .. r1]]);
    }

    /// <summary>A good hello, then R4 in answer to the responder.</summary>
    public static Reaction BehindHello(Func<ReferenceInitiator, byte[], byte[], byte[], byte[]> answer)
    {
        using var peer = new ReferenceInitiator();
        byte[] r1 = Close(peer, Unbroken);
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

    private static byte[] Close(ReferenceInitiator peer, BrokenOffer offer)
    {
        peer.Hello = peer.Hello with { Shares = [.. peer.Hello.Shares, KeyGates.Room(1)], Signatures = [KeyGates.Number] };
        return offer.Of(peer.Hello);
    }

    private static ResponderNegotiation Responder() => new(Settings(Role.Responder), TimeSpan.Zero);

    private static MainModeSettings Settings(Role role) => MainModeRun.Settings(role) with { Methods = [Method], Instance = OwnInstance };
}
