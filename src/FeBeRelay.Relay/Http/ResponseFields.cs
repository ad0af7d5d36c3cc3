using System.Collections.Frozen;
using System.Text;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FeBeRelay.Relay.Http;

/// <summary>Puts a back end's head into Kestrel's answer.</summary>
internal static class ResponseFields
{
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Known = new[]
    {
        HeaderNames.AcceptRanges, HeaderNames.Age, HeaderNames.Allow, HeaderNames.CacheControl, HeaderNames.ContentDisposition,
        HeaderNames.ContentEncoding, HeaderNames.ContentLanguage, HeaderNames.ContentLength, HeaderNames.ContentLocation, HeaderNames.ContentRange,
        HeaderNames.ContentType, HeaderNames.Date, HeaderNames.ETag, HeaderNames.Expires, HeaderNames.LastModified, HeaderNames.Location,
        HeaderNames.Pragma, HeaderNames.Server, HeaderNames.SetCookie, HeaderNames.StrictTransportSecurity, HeaderNames.Vary,
        HeaderNames.WWWAuthenticate, HeaderNames.XContentTypeOptions, HeaderNames.XFrameOptions, HeaderNames.XPoweredBy, "MS-WebStorage", "X-OWA-Version",
    }.ToFrozenDictionary(n => n, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Status, reason and fields, without those of the back end's connection.</summary>
    public static void Apply(HttpContext context, ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        ApplyStatus(context, head);
        IHeaderDictionary headers = context.Response.Headers;
        foreach (HeaderField field in head.Fields)
        {
            if (!field.IsHopByHop)
            {
                Append(headers, NameOf(field.Name(bytes)), Encoding.Latin1.GetString(field.Value(bytes)));
            }
        }
        if (head.StatusCode == StatusCodes.Status204NoContent)
        {
            headers.Remove(HeaderNames.ContentLength);
        }
    }

    private static void Append(IHeaderDictionary headers, string name, string value)
    {
        if (value.Length > 0)
        {
            headers.Append(name, value);
        }
        else
        {
            // Appending leaves an empty value out.
            headers[name] = StringValues.Concat(headers[name], new StringValues(""));
        }
    }

    /// <summary>Status and reason only.</summary>
    public static void ApplyStatus(HttpContext context, ResponseHead head)
    {
        context.Response.StatusCode = head.StatusCode;
        if (head.Reason != ReasonPhrases.GetReasonPhrase(head.StatusCode))
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = head.Reason;
        }
    }

    /// <summary>The head as a message, for a route's transforms.</summary>
    public static HttpResponseMessage ToMessage(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        var message = new HttpResponseMessage((System.Net.HttpStatusCode)head.StatusCode) { Content = new EmptyContent(), ReasonPhrase = head.Reason };
        foreach (HeaderField field in head.Fields)
        {
            if (!field.IsHopByHop)
            {
                string name = NameOf(field.Name(bytes));
                string value = Encoding.Latin1.GetString(field.Value(bytes));
                if (!message.Headers.TryAddWithoutValidation(name, value))
                {
                    message.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }
        }
        return message;
    }

    /// <summary>An interim answer as it goes to the client, past Kestrel, which has no way to write one.</summary>
    public static byte[] ToInterim(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        var writer = new HeadWriter(new byte[256], 0);
        writer.Write($"HTTP/1.1 {head.StatusCode} {head.Reason}\r\n");
        foreach (HeaderField field in head.Fields)
        {
            if (!field.IsHopByHop)
            {
                writer.WriteField(NameOf(field.Name(bytes)), Encoding.Latin1.GetString(field.Value(bytes)));
            }
        }
        writer.Write("\r\n"u8);
        return writer.Buffer[..writer.Length];
    }

    private static string NameOf(ReadOnlySpan<byte> name)
    {
        Span<char> characters = stackalloc char[64];
        if (name.Length <= characters.Length)
        {
            Encoding.ASCII.GetChars(name, characters);
            if (Known.TryGetValue(characters[..name.Length], out string? known))
            {
                return known;
            }
        }
        return Encoding.ASCII.GetString(name);
    }
}
