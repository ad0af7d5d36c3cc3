using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>A main mode in which both sides got on, with its records and both results.</summary>
public sealed record MainModeRun(byte[] R1, byte[] R2, byte[] R3, byte[] R4, byte[] Accept, MainModeResult Initiator, MainModeResult Responder)
{
    public static readonly byte[] Id = [.. Enumerable.Range(0xA0, Limits.IdSize).Select(i => (byte)i)];

    /// <summary>Settings of a node that allows everything, or what is given.</summary>
    public static MainModeSettings Settings(
        Role role,
        SignatureScheme scheme = SignatureScheme.EcdsaP256Sha256,
        IReadOnlyList<Suite>? suites = null,
        IReadOnlyList<Group>? groups = null,
        IEntropy? entropy = null) => new(
            suites ?? [Suite.Aes256Gcm, Suite.Aes128Gcm],
            groups ?? [Group.P256],
            Lifetimes.Default,
            TestIdentity.Of(role, scheme).Local,
            entropy ?? NodeEntropy.Instance);

    /// <summary>Runs main mode between two nodes whose chains are taken as verified.</summary>
    public static MainModeRun Complete(MainModeSettings initiator, MainModeSettings responder, Demand demand = Demand.Require, byte[]? tried = null, Lifetimes? own = null)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(initiator, demand, tried ?? []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(responder, started.Message);
        (byte[] r2, byte[] r3) = Split(greeted.Messages);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);
        using InitiatorAwaitingVerdict judging = awaiting.Receive(r3);
        using InitiatorAwaitingAccept proving = judging.Proceed(VerifiedPeer.Of("responder", judging.PeerChain));
        using ResponderAwaitingVerdict deciding = greeted.Receive(proving.Message);
        Fate fate = deciding.Tried.IsEmpty ? Fate.None : Fate.Lost;
        MainModeResult accepted = deciding.Proceed(
            VerifiedPeer.Of("initiator", deciding.PeerChain), Id, Answer.Protected, fate, own ?? Lifetimes.Default);
        return new MainModeRun(started.Message, r2, r3, proving.Message, accepted.Message, proving.Receive(accepted.Message), accepted);
    }

    /// <summary>Two records that came together.</summary>
    public static (byte[] First, byte[] Second) Split(byte[] records)
    {
        RecordHeader.TryRead(records, out RecordHeader header);
        return (records[..header.RecordLength], records[header.RecordLength..]);
    }
}
