namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The file <c>tests/vectors/quick-mode.json</c>.</summary>
internal sealed record QuickModeVectorFile(IReadOnlyList<QuickModeVector> QuickMode);

internal sealed record QuickModeVector(string Name, QuickModeInputs Inputs, IReadOnlyDictionary<string, string> Outputs);

/// <summary>All that is random, secret or somebody's choice. The keys are null where M1 brings no share.</summary>
internal sealed record QuickModeInputs(
    string Suite, string Group, string MS, string AssociationId, ulong Counter, string InitiatorNonce, KeyInput? InitiatorKey, string ResponderNonce, KeyInput? ResponderKey);

/// <summary>The file <c>tests/vectors/channel.json</c>.</summary>
internal sealed record ChannelVectorFile(IReadOnlyList<ChannelVector> Channel, IReadOnlyList<BrokenChannelRecord> Malformed);

/// <param name="QuickMode">The quick mode that made the keys.</param>
/// <param name="TrafficInitiator"><c>TS.i</c>.</param>
/// <param name="TrafficResponder"><c>TS.r</c>.</param>
/// <param name="Records">Whole records, in this order.</param>
internal sealed record ChannelVector(string QuickMode, string TrafficInitiator, string TrafficResponder, IReadOnlyList<ChannelRecord> Records);

/// <summary>One record; an abort is the last of its own channel, in which the ones marked before it were sent too.</summary>
internal sealed record ChannelRecord(string Name, string Sender, string Plaintext, string Record);

/// <summary>A record that its receiver must refuse, as the first of its direction, or behind an open of stream 1.</summary>
internal sealed record BrokenChannelRecord(string Name, string QuickMode, string Sender, bool BehindOpen, string Record, string Expect);
