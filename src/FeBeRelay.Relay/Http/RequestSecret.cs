using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>What of a request must not be read on the network: credentials, or content.</summary>
internal static class RequestSecret
{
    // Each with its words: every request is looked at, also where none may go clear.
    private static readonly (string Name, string Words)[] Credentials =
    [
        (HeaderNames.Authorization, "credentials (Authorization)"), (HeaderNames.ProxyAuthorization, "credentials (Proxy-Authorization)"), (HeaderNames.Cookie, "credentials (Cookie)"),
    ];

    /// <summary>In words; null where there is nothing.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="message">What the route's transforms made of it, or null where they made nothing.</param>
    /// <param name="hasBody">Whether bytes follow the head.</param>
    public static string? Of(HttpContext context, HttpRequestMessage? message, bool hasBody)
    {
        foreach ((string name, string words) in Credentials)
        {
            bool sent = message is null ? context.Request.Headers.ContainsKey(name) : message.Headers.NonValidated.Contains(name);
            if (sent && !(name == HeaderNames.Cookie && IsOfAffinityOnly(context)))
            {
                return words;
            }
        }
        return hasBody ? BodyOf(context.Request)
            : RequestFields.UpgradeOf(context) is not null ? "a change of protocol, behind which anything may follow"
            : null;
    }

    private static string BodyOf(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.HasFormContentType ? "a form, which may be a logon" : "a body";

    /// <summary>The cookie by which YARP finds a client's destination again says nothing of the client.</summary>
    private static bool IsOfAffinityOnly(HttpContext context)
    {
        Yarp.ReverseProxy.Configuration.SessionAffinityConfig? affinity = context.Features.Get<IReverseProxyFeature>()?.Cluster.Config.SessionAffinity;
        return affinity is { Enabled: true, AffinityKeyName: { } key } && context.Request.Headers.Cookie is [{ } line]
            && line.Split(';').All(pair => pair.Split('=')[0].Trim() == key);
    }
}
