namespace FeBeRelay.Relay.Enrollment;

/// <summary>Why no certificate was given out, from the asker's side.</summary>
internal enum EnrollmentFault
{
    /// <summary>Nobody answers, or what answers is no such server.</summary>
    Unreachable,

    /// <summary>The server is not the authority's, or it refused.</summary>
    Refused,
}

/// <summary>No certificate was given out. The message says why.</summary>
internal sealed class EnrollmentException(EnrollmentFault fault, string message, string hint, Exception? cause = null) : Exception(message, cause)
{
    public EnrollmentFault Fault => fault;

    /// <summary>What to try.</summary>
    public string Hint => hint;
}
