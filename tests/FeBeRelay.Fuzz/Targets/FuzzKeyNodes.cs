using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>Two nodes that share a key, whose main mode is always the same.</summary>
internal static class FuzzKeyNodes
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, PreSharedKey.MinSize).Select(i => (byte)i)];

    public static PreSharedKey Key { get; } = new("plant7", Secret);

    /// <summary>Its <c>K0</c>.</summary>
    public static byte[] Root { get; } = ReferenceSchedule.KeyRoot("plant7", Secret);

    public static MainModeSettings Initiator { get; } = Of(FuzzNodes.Initiator, 1);

    public static MainModeSettings Responder { get; } = Of(FuzzNodes.Responder, 2);

    /// <summary>R1 to R4.</summary>
    public static (byte[] R1, byte[] R2, byte[] R3, byte[] R4) Run { get; } = MakeRun();

    private static (byte[] R1, byte[] R2, byte[] R3, byte[] R4) MakeRun()
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(Initiator, Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(Responder, started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);
        using InitiatorAwaitingAccept proving = judging.Proceed(VerifiedPeer.Of(Key));
        return (started.Message, r2, r3, proving.Message);
    }

    private static MainModeSettings Of(MainModeSettings node, byte instance) =>
        node with { Methods = [new MainModeMethod(Key)], Instance = [.. Enumerable.Repeat(instance, Limits.IdSize)] };
}
