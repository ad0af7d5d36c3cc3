namespace FeBeRelay.Channel.Identity;

/// <summary>This node's own certificate, key or trusted roots cannot be used. The message names the file, what is wrong and the fix.</summary>
public sealed class IdentityException : Exception
{
    public IdentityException(string message)
        : base(message)
    {
    }

    public IdentityException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
