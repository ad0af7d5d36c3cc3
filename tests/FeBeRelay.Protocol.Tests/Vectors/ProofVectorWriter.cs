using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>What the writers of the vectors without certificates have in common. Nothing is drawn: the same file comes out each time.</summary>
internal static class ProofVectorWriter
{
    public static ProofInputs InputsOf(
        DerivedBytes drawn, Suite[] suites, Group[] groups, ushort[] signatures, Fate fate, PreSharedKeyInput[] offered, PreSharedKeyInput[] held)
    {
        KeyInput[] keys = [.. groups.Select(group => NewKey.Initiator(group, drawn.Next))];
        return new ProofInputs(
            new ProofInitiatorInputs(
                drawn.Hex(Limits.NonceSize),
                keys,
                (byte)Demand.Request,
                fate == Fate.None ? "" : drawn.Hex(Limits.IdSize),
                new LifetimeInputs(28_800, 0, 900, 100_000),
                [.. suites.Select(s => s.Id)],
                signatures,
                drawn.Hex(Limits.IdSize),
                offered),
            new ProofResponderInputs(
                drawn.Hex(Limits.NonceSize),
                NewKey.Responder(keys[0], drawn.Next),
                drawn.Hex(Limits.IdSize),
                new LifetimeInputs(3_600, 1_000, 1_800, 50_000),
                (byte)Answer.Protected,
                (byte)fate,
                drawn.Hex(Limits.IdSize),
                held),
            Context: null);
    }

    /// <summary>R3 and R4: who sends it, its instance and the receiver's.</summary>
    public static IEnumerable<(string InsteadOf, Role Sender, string Own, string Receiver)> Authentications(ProofVector vector)
    {
        (string initiator, string responder) = (vector.Inputs.Initiator.Instance, vector.Inputs.Responder.Instance);
        return [("r3", Role.Responder, responder, initiator), ("r4", Role.Initiator, initiator, responder)];
    }

    /// <summary>R2 that names what it may not.</summary>
    public static IEnumerable<BrokenRecord> BrokenChoices(ProofVector vector, IEnumerable<(string Name, ProtocolError Error, ushort[] Signatures)> choices)
    {
        ResponderHello hello = ResponderHello.Decode(Convert.FromHexString(vector.Outputs.Records["r2"]));
        return choices.Select(choice => new BrokenRecord(
            choice.Name, vector.Name, "r2", Convert.ToHexStringLower((hello with { Signatures = choice.Signatures }).Encode()), choice.Error.ToString()));
    }

    public static ReferenceSchedule ScheduleOf(ProofVector vector)
    {
        byte[][] hellos = RecordsBefore(vector, "r3");
        Suite suite = Suite.Find(ResponderHello.Decode(hellos[1]).Suite)!;
        return new ReferenceSchedule(suite, Convert.FromHexString(vector.Outputs.Secrets["DH"]), hellos[0], hellos[1]);
    }

    public static byte[][] RecordsBefore(ProofVector vector, string record) =>
        [.. vector.Outputs.Records.TakeWhile(one => one.Key != record).Select(one => Convert.FromHexString(one.Value))];
}
