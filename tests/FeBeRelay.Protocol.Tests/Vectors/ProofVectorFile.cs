using System.Text.Json.Serialization;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The files <c>tests/vectors/psk.json</c> and <c>kerberos.json</c>: main modes without certificates.</summary>
internal sealed record ProofVectorFile(IReadOnlyList<ProofVector> MainMode, IReadOnlyList<BrokenRecord> Malformed);

/// <summary>One main mode. Its <see cref="MainModeOutputs.Signed"/> is what the proofs are of.</summary>
internal sealed record ProofVector(string Name, ProofInputs Inputs, MainModeOutputs Outputs);

/// <summary>All that is random, secret or somebody's choice.</summary>
/// <param name="Initiator">What the initiator brings.</param>
/// <param name="Responder">What the responder brings.</param>
/// <param name="Context">Kerberos' part; null where a pre-shared key authenticates.</param>
internal sealed record ProofInputs(
    ProofInitiatorInputs Initiator,
    ProofResponderInputs Responder,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContextInputs? Context);

/// <param name="Signatures">The list of R1: methods in order of preference.</param>
/// <param name="PreSharedKeys">Those offered, in order of preference: one gate each.</param>
internal sealed record ProofInitiatorInputs(
    string Nonce,
    IReadOnlyList<KeyInput> Keys,
    byte Demand,
    string Tried,
    LifetimeInputs Lifetimes,
    IReadOnlyList<ushort> Suites,
    IReadOnlyList<ushort> Signatures,
    string Instance,
    IReadOnlyList<PreSharedKeyInput> PreSharedKeys);

/// <param name="PreSharedKeys">Those that it has and allows. Without one it allows Kerberos; certificates never.</param>
internal sealed record ProofResponderInputs(
    string Nonce,
    KeyInput Key,
    string AssociationId,
    LifetimeInputs Lifetimes,
    byte Answer,
    byte Fate,
    string Instance,
    IReadOnlyList<PreSharedKeyInput> PreSharedKeys);

internal sealed record PreSharedKeyInput(string Name, string Value);

/// <param name="TokenInitiator">An AP-REQ, in form.</param>
/// <param name="TokenResponder">An AP-REP, in form.</param>
/// <param name="Session">The key of both sides' MICs, 32 bytes.</param>
/// <param name="Service">The principal that the initiator asks for.</param>
/// <param name="Client">The initiator's principal.</param>
internal sealed record ContextInputs(string TokenInitiator, string TokenResponder, string Session, string Service, string Client);
