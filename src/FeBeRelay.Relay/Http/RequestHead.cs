using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FeBeRelay.Relay.Http;

/// <summary>Writes the head of a request for the back end: method and target as the client sent them, its fields in Kestrel's order, framing anew.</summary>
internal static class RequestHead
{
    /// <summary>As the client sent it.</summary>
    public static void Write(ref HeadWriter writer, HttpContext context, string target, bool chunked)
    {
        HttpRequest request = context.Request;
        WriteStart(ref writer, context, request.Method, target);
        foreach ((string name, StringValues values) in request.Headers)
        {
            if (!RequestFields.IsOfConnection(name))
            {
                foreach (string? value in values)
                {
                    writer.WriteField(name, value ?? "");
                }
            }
        }
        WriteEnd(ref writer, context, chunked);
    }

    /// <summary>As the route's transforms made it.</summary>
    public static void Write(ref HeadWriter writer, HttpContext context, HttpRequestMessage message, string target, bool chunked)
    {
        HttpRequest request = context.Request;
        WriteStart(ref writer, context, message.Method.Method, target);
        if (message.Headers.Host is null && request.Headers.Host.Count > 0)
        {
            writer.WriteField(HeaderNames.Host, request.Headers.Host.ToString());
        }
        WriteFields(ref writer, message.Headers.NonValidated);
        if (message.Content is { } content)
        {
            WriteFields(ref writer, content.Headers.NonValidated);
        }
        if (request.ContentLength is { } length && !chunked)
        {
            writer.WriteField(HeaderNames.ContentLength, length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        foreach (string name in TraceNames)
        {
            // YARP leaves these to the HTTP client that it would use; the client's own go on as they are.
            if (!message.Headers.NonValidated.Contains(name) && request.Headers.TryGetValue(name, out StringValues value))
            {
                writer.WriteField(name, value.ToString());
            }
        }
        WriteEnd(ref writer, context, chunked);
    }

    /// <summary>The target as the client sent it, under the destination's base path.</summary>
    public static string TargetOf(HttpContext context, string basePath)
    {
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return basePath.Length > 0 && raw.StartsWith('/') ? basePath + raw : raw;
    }

    private static readonly string[] TraceNames =
        [HeaderNames.TraceParent, HeaderNames.TraceState, HeaderNames.Baggage, HeaderNames.RequestId, HeaderNames.CorrelationContext];

    private static void WriteStart(ref HeadWriter writer, HttpContext context, string method, string target)
    {
        writer.Write(RequestFields.IsExtendedConnect(context) ? HttpMethods.Get : method);
        writer.Write(" "u8);
        writer.Write(target);
        // HTTP/1.1 must name a host; an old client that named none is passed on as what it is.
        writer.Write(context.Request.Headers.Host.Count == 0 ? " HTTP/1.0\r\n"u8 : " HTTP/1.1\r\n"u8);
    }

    private static void WriteFields(ref HeadWriter writer, System.Net.Http.Headers.HttpHeadersNonValidated fields)
    {
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in fields)
        {
            if (!RequestFields.IsOfConnection(name) && !name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
            {
                foreach (string value in values)
                {
                    writer.WriteField(name, value);
                }
            }
        }
    }

    private static void WriteEnd(ref HeadWriter writer, HttpContext context, bool chunked)
    {
        if (RequestFields.UpgradeOf(context) is { } upgrade)
        {
            writer.WriteField(HeaderNames.Connection, "Upgrade");
            writer.WriteField(HeaderNames.Upgrade, upgrade);
        }
        if (RequestFields.IsExtendedConnect(context))
        {
            // HTTP/2 has no key; the back end's proof that it read ours is of no use to anybody behind us.
            writer.WriteField(HeaderNames.SecWebSocketKey, Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        }
        writer.Write(chunked ? "Transfer-Encoding: chunked\r\n\r\n"u8 : "\r\n"u8);
    }
}
