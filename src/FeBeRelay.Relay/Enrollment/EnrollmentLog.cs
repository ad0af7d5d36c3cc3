using System.Net;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>What the authority's server does. Ids 2780 to 2784, append only.</summary>
internal static partial class EnrollmentLog
{
    [LoggerMessage(2780, LogLevel.Information, "Certificates are given out on {Address} for the authority {Authority} (SHA-256 {Fingerprint})")]
    public static partial void Open(ILogger logger, Uri address, string authority, string fingerprint);

    [LoggerMessage(2781, LogLevel.Information, "Enrolled {Node} from {Remote}, serial number {Serial}")]
    public static partial void Enrolled(ILogger logger, string node, EndPoint? remote, string serial);

    [LoggerMessage(2782, LogLevel.Information, "Renewed the certificate of {Node} from {Remote}, serial number {Serial}")]
    public static partial void Renewed(ILogger logger, string node, EndPoint? remote, string serial);

    [LoggerMessage(2783, LogLevel.Warning, "A request for a certificate from {Remote} was refused: {Reason}")]
    public static partial void Refused(ILogger logger, EndPoint? remote, string reason);

    [LoggerMessage(2784, LogLevel.Error, "A certificate that was to be given out could not be: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);
}
