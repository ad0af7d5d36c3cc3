namespace FeBeRelay.Relay.Http;

/// <summary>What policy does with requests of http endpoints, beside what it logs of connections. Ids 2650 to 2674, append only; next free id: 2652.</summary>
internal static partial class HttpPolicyLog
{
    [LoggerMessage(2650, LogLevel.Warning, "Endpoint {Endpoint}: request {Exchange} to node {Node} is refused instead of sent clear by rule {Rule}: {Detail}")]
    public static partial void Guarded(ILogger logger, string endpoint, string exchange, string node, string rule, string detail);

    [LoggerMessage(2651, LogLevel.Warning, "Endpoint {Endpoint}: request {Exchange} with {Secret} goes to node {Node} clear by rule {Rule}")]
    public static partial void SentUnguarded(ILogger logger, string endpoint, string exchange, string secret, string node, string rule);
}
