using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Runs the product's main mode on recorded inputs, up to where a test wants it.</summary>
internal sealed class MainModeReplay(MainModeInputs inputs)
{
    private readonly List<byte[]> _signedByInitiator = [];
    private readonly List<byte[]> _signedByResponder = [];

    /// <summary>What the initiator signed.</summary>
    public byte[] SignedByInitiator => _signedByInitiator[0];

    /// <summary>What the responder signed.</summary>
    public byte[] SignedByResponder => _signedByResponder[0];

    public InitiatorHelloSent Start() => InitiatorHelloSent.Start(
        InitiatorSettings, (Demand)inputs.Initiator.Demand, Convert.FromHexString(inputs.Initiator.Tried));

    public ResponderHelloReceived Greet(byte[] r1) => ResponderHelloReceived.Receive(ResponderSettings, r1);

    public InitiatorAwaitingAccept Prove()
    {
        using InitiatorHelloSent started = Start();
        using ResponderHelloReceived greeted = Greet(started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);
        return judging.Proceed(VerifiedPeer.Of("responder", judging.PeerChain));
    }

    public ResponderAwaitingVerdict Decide()
    {
        using InitiatorHelloSent started = Start();
        using InitiatorAwaitingAccept proving = Prove();
        using ResponderHelloReceived greeted = Greet(started.Message);
        return greeted.Receive(proving.Message);
    }

    public MainModeResult Accept()
    {
        using ResponderAwaitingVerdict deciding = Decide();
        ResponderInputs own = inputs.Responder;
        return deciding.Proceed(
            VerifiedPeer.Of("initiator", deciding.PeerChain),
            Convert.FromHexString(own.AssociationId),
            (Answer)own.Answer,
            (Fate)own.Fate,
            LifetimesOf(own.Lifetimes));
    }

    public byte[] Decline(ErrorCode code)
    {
        using ResponderAwaitingVerdict deciding = Decide();
        return deciding.Decline(VerifiedPeer.Of("initiator", deciding.PeerChain), code);
    }

    public static ECParameters KeyOf(KeyInput key)
    {
        Group group = Group.Find(key.Group)!;
        byte[] value = Convert.FromHexString(key.Public);
        return new ECParameters
        {
            Curve = group.Curve,
            D = Convert.FromHexString(key.Private)[..group.CoordinateSize],
            Q = new ECPoint { X = value[1..(1 + group.CoordinateSize)], Y = value[(1 + group.CoordinateSize)..group.PointSize] },
        };
    }

    /// <summary>What a hybrid share is made of besides the scalar: an initiator's seed, a responder's random bytes. Else empty.</summary>
    public static byte[] RestOf(KeyInput key) => Convert.FromHexString(key.Private)[Group.Find(key.Group)!.CoordinateSize..];

    /// <summary>What the next key pair is.</summary>
    public static RecordedEntropy Then(RecordedEntropy entropy, KeyInput key)
    {
        entropy.Then(KeyOf(key));
        return RestOf(key) is { Length: > 0 } rest ? entropy.Then(rest) : entropy;
    }

    // A new one each time: recorded random numbers are used up.
    private MainModeSettings InitiatorSettings => new(
        [.. inputs.Initiator.Suites.Select(s => Suite.Find(s)!)],
        [.. inputs.Initiator.Keys.Select(k => Group.Find(k.Group)!)],
        LifetimesOf(inputs.Initiator.Lifetimes),
        SignerOf(inputs.Initiator.Signer, _signedByInitiator),
        inputs.Initiator.Keys.Aggregate(
            new RecordedEntropy().Then(Convert.FromHexString(inputs.Initiator.Nonce)), Then));

    private MainModeSettings ResponderSettings => new(
        Suite.All,
        [Group.Find(inputs.Responder.Key.Group)!],
        Lifetimes.Default,
        SignerOf(inputs.Responder.Signer, _signedByResponder),
        Then(new RecordedEntropy().Then(Convert.FromHexString(inputs.Responder.Nonce)), inputs.Responder.Key));

    private static LocalIdentity SignerOf(SignerInputs signer, List<byte[]> signed) => new(
        [.. signer.Certificates.Select(Convert.FromHexString)],
        (SignatureScheme)signer.Algorithm,
        content =>
        {
            signed.Add(content);
            return Convert.FromHexString(signer.Signature);
        });

    public static Lifetimes LifetimesOf(LifetimeInputs l) => new(l.AssociationSeconds, l.QuickModes, l.KeySeconds, l.KeyKilobytes);
}
