namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The file <c>tests/vectors/main-mode.json</c>. Byte strings are hexadecimal, numbers as in the protocol's page.</summary>
internal sealed record MainModeVectorFile(IReadOnlyList<MainModeVector> MainMode, IReadOnlyList<BrokenRecord> Malformed);

internal sealed record MainModeVector(string Name, MainModeInputs Inputs, MainModeOutputs Outputs);

/// <summary>All that is random, secret or somebody's choice.</summary>
internal sealed record MainModeInputs(InitiatorInputs Initiator, ResponderInputs Responder);

internal sealed record InitiatorInputs(
    string Nonce,
    IReadOnlyList<KeyInput> Keys,
    byte Demand,
    string Tried,
    LifetimeInputs Lifetimes,
    IReadOnlyList<ushort> Suites,
    SignerInputs Signer);

internal sealed record ResponderInputs(
    string Nonce, KeyInput Key, string AssociationId, LifetimeInputs Lifetimes, byte Answer, byte Fate, SignerInputs Signer);

/// <param name="Group">The group's number.</param>
/// <param name="Private">The scalar; in a hybrid group then what the initiator's seed, or the responder's random bytes, are.</param>
/// <param name="Public">The whole share.</param>
internal sealed record KeyInput(ushort Group, string Private, string Public);

internal sealed record SignerInputs(IReadOnlyList<string> Certificates, ushort Algorithm, string Signature);

internal sealed record LifetimeInputs(uint AssociationSeconds, uint QuickModes, uint KeySeconds, uint KeyKilobytes);

/// <summary>What follows from the inputs.</summary>
/// <param name="Records">R1 to R4, accept, and a decline for each code instead of the accept; whole records.</param>
/// <param name="Plaintexts">Of the encrypted records.</param>
/// <param name="Signed">The bytes that the signatures are of.</param>
/// <param name="Secrets">By their names in clause 2.6.</param>
internal sealed record MainModeOutputs(
    IReadOnlyDictionary<string, string> Records,
    IReadOnlyDictionary<string, string> Plaintexts,
    IReadOnlyDictionary<string, string> Signed,
    IReadOnlyDictionary<string, string> Secrets);

/// <summary>A record that must be refused.</summary>
/// <param name="Name">The rule that it breaks.</param>
/// <param name="Vector">The main mode that it is in.</param>
/// <param name="InsteadOf">The record in whose place it comes, by its name in the records.</param>
/// <param name="Record">The whole record.</param>
/// <param name="Expect">The name of the error. The peer is never told it.</param>
internal sealed record BrokenRecord(string Name, string Vector, string InsteadOf, string Record, string Expect);
