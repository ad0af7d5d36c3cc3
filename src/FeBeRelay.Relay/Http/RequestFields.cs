using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FeBeRelay.Relay.Http;

/// <summary>Which fields of a request concern one connection only and are not passed on (RFC 9110 7.6.1).</summary>
internal static class RequestFields
{
    /// <summary>Framing and connection: written anew for the back end's connection.</summary>
    public static bool IsOfConnection(string name) => name.Length switch
    {
        7 => Is(name, HeaderNames.Upgrade),
        10 => Is(name, HeaderNames.Connection) || Is(name, HeaderNames.KeepAlive),
        14 => Is(name, "HTTP2-Settings"),
        16 => Is(name, HeaderNames.ProxyConnection),
        17 => Is(name, HeaderNames.TransferEncoding),
        _ => false,
    };

    /// <summary>
    /// Takes away what a Connection field of the client names: before the relay adds fields of its own, so that a client cannot have those taken away.
    /// </summary>
    public static void RemoveNominated(IHeaderDictionary headers)
    {
        foreach (string? line in headers.Connection)
        {
            // The two that nearly every client sends.
            if (line is null || line.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || line.Equals("close", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            foreach (string name in line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!IsOfConnection(name) && !Is(name, HeaderNames.Host) && !Is(name, HeaderNames.ContentLength) && !Is(name, HeaderNames.TE))
                {
                    headers.Remove(name);
                }
            }
        }
    }

    /// <summary>Whether this is HTTP/2's way to a WebSocket: CONNECT with a protocol (RFC 8441).</summary>
    public static bool IsExtendedConnect(HttpContext context) => context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    /// <summary>What the client wants to upgrade to; null without, and for an upgrade to HTTP/2, which would take the connection past every check.</summary>
    public static string? UpgradeOf(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } extended)
        {
            return extended.Protocol;
        }
        HttpRequest request = context.Request;
        StringValues upgrade = request.Headers.Upgrade;
        if (upgrade.Count == 0 || request.Protocol != "HTTP/1.1")
        {
            return null;
        }
        string value = upgrade.ToString();
        return value.Contains("h2c", StringComparison.OrdinalIgnoreCase) ? null : value;
    }

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
