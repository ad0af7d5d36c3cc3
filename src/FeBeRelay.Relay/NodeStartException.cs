namespace FeBeRelay.Relay;

/// <summary>A node cannot start. Message and hint are for the operator.</summary>
internal sealed class NodeStartException(string message, string hint, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to try.</summary>
    public string Hint { get; } = hint;
}
