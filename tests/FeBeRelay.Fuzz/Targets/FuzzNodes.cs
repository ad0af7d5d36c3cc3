using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>Two nodes whose main mode is always the same, as far as signatures allow.</summary>
internal static class FuzzNodes
{
    public static readonly FixedEntropy InitiatorEntropy = new(0x11);
    public static readonly FixedEntropy ResponderEntropy = new(0x22);

    public static MainModeSettings Initiator { get; } = MainModeRun.Settings(Role.Initiator, entropy: InitiatorEntropy);

    public static MainModeSettings Responder { get; } = MainModeRun.Settings(Role.Responder, entropy: ResponderEntropy);

    /// <summary>One whole main mode.</summary>
    public static MainModeRun Run { get; } = MainModeRun.Complete(Initiator, Responder);

    public static Suite Suite { get; } = Suite.Aes256Gcm;

    /// <summary>The keys of main mode from the page, for who seals what the product is to open.</summary>
    public static ReferenceSchedule Schedule { get; } = CreateSchedule();

    private static ReferenceSchedule CreateSchedule()
    {
        using var own = new KeyShare(Group.P256, InitiatorEntropy.CreateKeyPair(Group.P256));
        using Secret agreed = own.Agree(ResponderHello.Decode(Run.R2).Share.Public);
        return new ReferenceSchedule(Suite, agreed.Span.ToArray(), Run.R1, Run.R2);
    }

    public static byte[] Record(RecordType type, byte[] body) => new WireWriter().Bytes(body).ToRecord(type);
}
