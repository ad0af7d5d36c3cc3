namespace FeBeRelay.Load;

/// <summary>The run cannot go on; the message says why, and what to do.</summary>
internal sealed class HarnessException(string message) : Exception(message);
