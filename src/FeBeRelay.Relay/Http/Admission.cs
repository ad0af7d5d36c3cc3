using FeBeRelay.Relay.Http.Parsing;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// Refuses requests that a back end could read in another way than this relay (request smuggling), where Kestrel takes them. RFC 9112 6.1, 11.2.
/// </summary>
internal static class Admission
{
    private static readonly string[] FramingNames =
        [HeaderNames.TransferEncoding, HeaderNames.ContentLength, HeaderNames.Host, HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.Expect, HeaderNames.TE];

    /// <summary>Why the request is refused with 400; null when it is admitted.</summary>
    public static string? Problem(HttpContext context, string rawTarget)
    {
        HttpRequest request = context.Request;
        IHeaderDictionary headers = request.Headers;
        StringValues coding = headers.TransferEncoding;
        if (coding.Count > 0)
        {
            if (coding.Count > 1 || !string.Equals(coding[0], "chunked", StringComparison.OrdinalIgnoreCase))
            {
                return "Transfer-Encoding is not chunked alone";
            }
            // Kestrel puts a Content-Length that it ignores out of the way under this name.
            if (headers.ContainsKey("X-Content-Length") || headers.ContentLength is not null)
            {
                return "both Transfer-Encoding and Content-Length";
            }
            if (request.Protocol == "HTTP/1.0")
            {
                return "Transfer-Encoding in HTTP/1.0";
            }
        }
        return FieldProblem(headers) ?? TargetProblem(context, rawTarget);
    }

    private static string? FieldProblem(IHeaderDictionary headers)
    {
        foreach ((string name, StringValues values) in headers)
        {
            // The names of HTTP/2's own fields never get here.
            if (!HttpCharacters.IsToken(name))
            {
                return "a field name is not a token";
            }
            if (name.Contains('_') && Array.Exists(FramingNames, f => f.Equals(name.Replace('_', '-'), StringComparison.OrdinalIgnoreCase)))
            {
                return $"field {name}, which some servers take for {name.Replace('_', '-')}";
            }
            foreach (string? value in values)
            {
                if (value is not null && !HttpCharacters.IsFieldValue(value))
                {
                    return $"field {name} holds control characters";
                }
            }
        }
        return null;
    }

    private static string? TargetProblem(HttpContext context, string rawTarget)
    {
        if (context.Request.Method == HttpMethods.Connect && !RequestFields.IsExtendedConnect(context))
        {
            return "CONNECT is not for a front end";
        }
        foreach (char c in rawTarget)
        {
            if (c is <= ' ' or (char)127)
            {
                return "the target holds spaces or control characters";
            }
        }
        return null;
    }
}
