namespace FeBeRelay.Relay.Fleet;

/// <summary>A bundle is not taken, or cannot be made; the message says why.</summary>
internal sealed class BundleException : Exception
{
    public BundleException(string message)
        : base(message)
    {
    }

    public BundleException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
