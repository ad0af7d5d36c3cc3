namespace FeBeRelay.WebConsole.Hosting;

/// <summary>What a browser may do with these pages.</summary>
internal static class PageHeaders
{
    /// <summary>
    /// Everything from this address, nothing inline. The one exception are style attributes: the rows above and below those that are drawn are given their
    /// height by one. They cannot load, run or send anything, since all of that needs a source.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    public static Task SetAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        context.Response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }
}
