namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The file <c>tests/vectors/in-band.json</c>.</summary>
internal sealed record InBandVectorFile(IReadOnlyList<InBandVector> InBand);

/// <param name="QuickMode">The quick mode that made the channel.</param>
/// <param name="Exchanges">Association, nonces and key pairs of each exchange; <c>counter</c> is 0 and not sent.</param>
/// <param name="Outputs">What follows from them.</param>
internal sealed record InBandVector(string QuickMode, IReadOnlyList<QuickModeInputs> Exchanges, InBandOutputs Outputs);

/// <param name="Records">Whole records, in this order.</param>
/// <param name="Secrets">Of each exchange.</param>
internal sealed record InBandOutputs(IReadOnlyList<ChannelRecord> Records, IReadOnlyList<IReadOnlyDictionary<string, string>> Secrets);
