namespace FeBeRelay.Protocol;

/// <summary>The coarse codes that an authenticated peer is told (clause 8.3).</summary>
public enum ErrorCode : byte
{
    NegotiationFailed = 1,
    NotAuthorised = 2,
    NoService = 3,
    BackEndUnreachable = 4,
    Busy = 5,
    Internal = 6,
    /// <summary>The application's connection was reset.</summary>
    Reset = 7,
}

/// <summary>The codes' names on paper and in logs.</summary>
public static class ErrorCodes
{
    /// <summary>Whether the byte is one of the codes listed in clause 8.3.</summary>
    public static bool IsDefined(byte code) => code is >= (byte)ErrorCode.NegotiationFailed and <= (byte)ErrorCode.Reset;

    /// <summary>The name as in clause 8.3.</summary>
    public static string Name(this ErrorCode code) => code switch
    {
        ErrorCode.NegotiationFailed => "negotiation_failed",
        ErrorCode.NotAuthorised => "not_authorised",
        ErrorCode.NoService => "no_service",
        ErrorCode.BackEndUnreachable => "back_end_unreachable",
        ErrorCode.Busy => "busy",
        ErrorCode.Internal => "internal",
        ErrorCode.Reset => "reset",
        _ => $"code {(byte)code}",
    };
}
