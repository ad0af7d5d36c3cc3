using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Channels;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http;

/// <summary>A request, ready to be sent: its head as bytes, and how its body goes.</summary>
internal sealed class RequestPlan : IDisposable
{
    private const string AnyHost = "http://destination";

    private byte[]? _rented = Buffers.Plaintext.Rent();

    private RequestPlan(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool hasCoding = request.Headers.TransferEncoding.Count > 0;
        // HTTP/2 has no coding: a body of unknown length is chunked on the way to the back end.
        IsChunked = hasCoding || (request.ContentLength is null && request.Protocol == "HTTP/2" && !RequestFields.IsExtendedConnect(context)
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true });
        HasBody = IsChunked || request.ContentLength > 0;
        IsSafe = !HasBody && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        HasLogon = ConnectionBoundLogon.IsScheme(request.Headers.Authorization);
        Buffer = _rented;
    }

    public bool HasBody { get; }

    /// <summary>Whether the body goes in chunks.</summary>
    public bool IsChunked { get; }

    /// <summary>Whether sending it twice does no harm: a safe method without a body.</summary>
    public bool IsSafe { get; }

    /// <summary>Whether it carries credentials that log on to a connection.</summary>
    public bool HasLogon { get; }

    /// <summary>What of it must not be read on the network, in words; null where there is nothing.</summary>
    public string? Secret { get; private set; }

    /// <summary>Holds the head, behind <see cref="ChannelSender.Headroom"/>.</summary>
    public byte[] Buffer { get; private set; }

    /// <summary>Bytes of the head.</summary>
    public int HeadLength { get; private set; }

    /// <summary>Makes it of what the client sent, by way of the route's transforms if it has any; null when these have answered themselves.</summary>
    public static async ValueTask<RequestPlan?> CreateAsync(HttpContext context, HttpTransformer transformer, RoutePlan route, DestinationAddress destination)
    {
        var plan = new RequestPlan(context);
        if (!route.TransformsRequest)
        {
            plan.WriteHead(context, message: null, RequestHead.TargetOf(context, destination.BasePath));
            return plan;
        }
        using var message = new HttpRequestMessage(new HttpMethod(context.Request.Method), (Uri?)null) { Content = new EmptyContent() };
        string prefix = AnyHost + destination.BasePath;
        await transformer.TransformRequestAsync(context, message, prefix, context.RequestAborted).ConfigureAwait(false);
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            plan.Dispose();
            return null;
        }
        plan.WriteHead(context, message, TargetOf(context, message.RequestUri, prefix, destination.BasePath));
        return plan;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is not null)
        {
            Buffers.Plaintext.Return(_rented);
            _rented = null;
        }
    }

    private void WriteHead(HttpContext context, HttpRequestMessage? message, string target)
    {
        Secret = RequestSecret.Of(context, message, HasBody);
        var writer = new HeadWriter(Buffer, ChannelSender.Headroom);
        if (message is null)
        {
            RequestHead.Write(ref writer, context, target, IsChunked);
        }
        else
        {
            RequestHead.Write(ref writer, context, message, target, IsChunked);
        }
        (Buffer, HeadLength) = (writer.Buffer, writer.Length);
    }

    /// <summary>The client's own bytes, unless a transform has changed the path or the query.</summary>
    private static string TargetOf(HttpContext context, Uri? changed, string prefix, string basePath)
    {
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        HttpRequest request = context.Request;
        Uri unchanged = RequestUtilities.MakeDestinationAddress(prefix, request.Path, request.QueryString);
        if (changed is null || changed == unchanged || !raw.StartsWith('/'))
        {
            return RequestHead.TargetOf(context, basePath);
        }
        string withQuery = changed.Query == unchanged.Query ? raw : TargetMapping.Split(raw).Path + changed.Query;
        string path = Uri.UnescapeDataString(changed.AbsolutePath[basePath.Length..]);
        return basePath + TargetMapping.Map(withQuery, request.Path.Value ?? "", path, changed.AbsolutePath[basePath.Length..]);
    }
}
