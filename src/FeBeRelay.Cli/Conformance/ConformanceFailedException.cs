namespace FeBeRelay.Cli.Conformance;

/// <summary>Something else arrived than had to; the message says what.</summary>
internal sealed class ConformanceFailedException(string message) : Exception(message);
