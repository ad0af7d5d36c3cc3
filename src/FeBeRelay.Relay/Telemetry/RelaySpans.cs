using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Telemetry;
using FeBeRelay.Protocol;
using FeBeRelay.Relay.Streams;

namespace FeBeRelay.Relay.Telemetry;

/// <summary>
/// Spans of streams and requests (docs/metrics.md): one for each, from its beginning to its end. Where nobody listens there are none, and everything here is
/// a look at one field. Names and addresses only; never what is carried.
/// </summary>
internal static class RelaySpans
{
    /// <summary>The name of the source: public, as names of metrics are.</summary>
    public const string SourceName = "FeBeRelay.Relay";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody wants spans.</summary>
    public static bool AreWanted => Source.HasListeners();

    /// <summary>The span that is being done here, if it is one of these.</summary>
    public static Activity? Current => Activity.Current is { } span && span.Source == Source ? span : null;

    /// <summary>Begins the span of a stream, a trace of its own.</summary>
    /// <param name="service">The service.</param>
    /// <param name="endpoint">The relay endpoint, at the node that dials.</param>
    /// <param name="client">Whose connection it is at this node.</param>
    public static Activity? BeginStream(string service, string? endpoint, EndPoint? client)
    {
        Activity? span = Source.StartActivity($"stream {service}", ActivityKind.Server, parentContext: default);
        span?.SetTag("feberelay.service", service).SetTag("network.transport", client is UnixDomainSocketEndPoint ? "unix" : "tcp");
        if (endpoint is not null)
        {
            span?.SetTag("feberelay.endpoint", endpoint);
        }
        return span?.SetClient(client);
    }

    /// <summary>Begins the span of a request.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parent">What the client says that it is part of; default where it says nothing.</param>
    public static Activity? BeginRequest(string name, ActivityContext parent)
    {
        // Kestrel has made one that nobody sends: the span would have a parent that cannot be found.
        Activity.Current = null;
        return Source.StartActivity(name, ActivityKind.Server, parent);
    }

    /// <summary>Whose connection it is.</summary>
    public static Activity SetClient(this Activity span, EndPoint? client) => client is IPEndPoint ip
        ? span.SetTag("client.address", ip.Address.ToString()).SetTag("client.port", ip.Port)
        : span;

    /// <summary>The channel that carries it: both nodes write the same.</summary>
    public static void SetChannel(this Activity span, SecureChannel channel, uint stream) => span
        .SetTag("feberelay.protection", channel.Association.Suite.IsConfidential ? "secured" : "authenticated_only")
        .SetTag("feberelay.peer", channel.Association.Peer.Name)
        .SetTag("feberelay.channel.id", channel.Id)
        .SetTag("feberelay.stream.number", (long)stream);

    /// <summary>A stream is over.</summary>
    public static void SetEnd(this Activity span, long bytesSent, long bytesReceived, StreamFailure? failure)
    {
        span.SetTag("feberelay.io.sent", bytesSent).SetTag("feberelay.io.received", bytesReceived);
        if (failure is not null)
        {
            span.SetFailure(failure.Code?.Name() ?? failure.Error?.ToString() ?? $"{failure.Side}", failure.Detail);
        }
    }

    /// <summary>It came to nothing.</summary>
    public static void SetFailure(this Activity span, Exception failure) => span.SetFailure(ChannelSpans.ErrorType(failure), failure.Message);

    /// <summary>It came to nothing.</summary>
    /// <param name="span">The span.</param>
    /// <param name="type">What kind of failure, of few.</param>
    /// <param name="detail">For people.</param>
    public static void SetFailure(this Activity span, string type, string detail) => span.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error, detail);
}
