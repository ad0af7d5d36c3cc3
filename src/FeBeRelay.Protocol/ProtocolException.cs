namespace FeBeRelay.Protocol;

/// <summary>The peer, or the attacker in between, broke the protocol. The message is for the local log and holds no secret.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Makes the exception for one violation.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="detail">One clause of a sentence for the log: what, and where.</param>
    /// <param name="code">The peer's code where <paramref name="error"/> is <see cref="ProtocolError.RefusedByPeer"/>, else null.</param>
    public ProtocolException(ProtocolError error, string detail, ErrorCode? code = null)
        : base(detail)
    {
        Error = error;
        Code = code;
    }

    /// <summary>What went wrong.</summary>
    public ProtocolError Error { get; }

    /// <summary>The code that the peer gave, if it gave one.</summary>
    public ErrorCode? Code { get; }
}
