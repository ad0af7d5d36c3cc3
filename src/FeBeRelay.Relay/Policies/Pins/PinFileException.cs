namespace FeBeRelay.Relay.Policies.Pins;

/// <summary>The file of pins cannot be read or written. The message names the file.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="hint">What to do.</param>
/// <param name="inner">The cause.</param>
internal sealed class PinFileException(string message, string hint, Exception? inner) : Exception(message, inner)
{
    /// <summary>What to do.</summary>
    public string Hint { get; } = hint;
}
