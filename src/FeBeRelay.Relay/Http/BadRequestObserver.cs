using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// Tells the operator of requests that Kestrel refuses itself, as <see cref="RequestGate"/> tells of those that it refuses: Kestrel's own line is
/// one for developers, and names no client.
/// </summary>
internal sealed class BadRequestObserver(ILogger logger) : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>For as long as the listener lives, which is as long as its server.</summary>
    public static void Subscribe(DiagnosticListener listener, ILogger logger) => listener.Subscribe(new BadRequestObserver(logger), name => name == BadRequest);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not IFeatureCollection features || features.Get<IBadRequestExceptionFeature>()?.Error is not { } error)
        {
            return;
        }
        string exchange = features.Get<IHttpRequestIdentifierFeature>()?.TraceIdentifier ?? "";
        HttpLog.RequestRefused(logger, exchange, features.Get<IHttpConnectionFeature>()?.RemoteIpAddress?.ToString(), error.Message);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
