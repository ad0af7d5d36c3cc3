using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Credentials;

/// <summary>What happens to certificates, roots and revocation lists while the node runs. Ids 2550 to 2599, append only; next free id: 2555. Of responders 2785 to 2789; next free id: 2787.</summary>
internal static partial class CredentialLog
{
    [LoggerMessage(2550, LogLevel.Information, "Replaced without a restart: {What}")]
    public static partial void Replaced(ILogger logger, string what);

    [LoggerMessage(2551, LogLevel.Error, "What the files hold now cannot be used, what was read before stays in use: {Detail}")]
    public static partial void NotUsable(ILogger logger, string detail);

    [LoggerMessage(2552, LogLevel.Warning, "This node's certificate ends at {NotAfter:u}: peers will refuse it from then on")]
    public static partial void CertificateEnds(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(2553, LogLevel.Warning, "The revocation list of {Issuer} ends at {NextUpdate:u}, and there is no newer one")]
    public static partial void ListEnds(ILogger logger, string issuer, DateTimeOffset nextUpdate);

    [LoggerMessage(2554, LogLevel.Warning, "Revocation list {Address} cannot be fetched, what was fetched before stays in use: {Detail}")]
    public static partial void FetchFailed(ILogger logger, Uri address, string detail);

    [LoggerMessage(2785, LogLevel.Warning, "Responder {Address} cannot be asked, what was answered before stays in use: {Detail}")]
    public static partial void ResponderOutOfReach(ILogger logger, Uri address, string detail);

    [LoggerMessage(2786, LogLevel.Warning, "A responder's answer cannot be used, what was answered before stays in use: {Detail}")]
    public static partial void AnswerRefused(ILogger logger, string detail);
}
