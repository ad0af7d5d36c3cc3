namespace FeBeRelay.Relay.Enrollment;

/// <summary>A request for a certificate is refused. The message is for the node's administrator, with the fix.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="error">The kind, as in the security log.</param>
/// <param name="message">Why, and what to do.</param>
/// <param name="cause">What is behind it.</param>
internal sealed class EnrollmentRefusal(int status, string error, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status => status;

    public string Error => error;
}
