using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>
/// Form logon with a cookie for browsers, Basic for other agents, as Exchange does it. Any name with any password opens
/// the sample mailbox: what is guarded here is sample mail, what is shown is how passwords travel.
/// </summary>
internal sealed class SignIn
{
    public const string LogonPath = "/exchweb/bin/auth/owalogon.asp";
    public const string SubmitPath = "/exchweb/bin/auth/owaauth.dll";
    public const string CookieName = "sessionid";
    private const string Home = "/exchange/alice/Inbox/";
    private const int MaximumSessions = 1000;

    private readonly ConcurrentDictionary<string, string> _sessions = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => Redirect(context, Home));
        routes.MapGet("/exchange", context => Redirect(context, Home));
        routes.MapGet(LogonPath, context => Answer.HtmlAsync(context, SignInPage.Render(context.Request.Query["url"].ToString())));
        routes.MapPost(SubmitPath, (RequestDelegate)SubmitAsync);
    }

    /// <summary>Lets a request into the mailbox only with a session or a name.</summary>
    public async Task RequireAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/exchange") || HasSession(context) || HasBasicCredentials(context))
        {
            await next(context);
        }
        else if (HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            string wanted = context.Request.PathBase + context.Request.Path + context.Request.QueryString;
            await Redirect(context, QueryHelpers.AddQueryString(LogonPath, "url", wanted));
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"lab\"";
            await Answer.TextAsync(context, StatusCodes.Status401Unauthorized, "Sign in with any name and password.\n");
        }
    }

    private async Task SubmitAsync(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
        string user = form["username"].ToString();
        if (user.Length == 0 || form["password"].ToString().Length == 0)
        {
            await Redirect(context, LogonPath);
            return;
        }

        if (_sessions.Count >= MaximumSessions)
        {
            _sessions.Clear();
        }

        string session = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _sessions[session] = user;
        context.Response.Cookies.Append(CookieName, session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        await Redirect(context, LocalOrHome(form["destination"].ToString()));
    }

    private bool HasSession(HttpContext context) =>
        context.Request.Cookies.TryGetValue(CookieName, out string? session) && _sessions.ContainsKey(session);

    private static bool HasBasicCredentials(HttpContext context)
    {
        const string Scheme = "Basic ";
        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        byte[] decoded = new byte[header.Length];
        return Convert.TryFromBase64String(header[Scheme.Length..].Trim(), decoded, out int length)
            && Encoding.UTF8.GetString(decoded, 0, length).IndexOf(':') > 0;
    }

    /// <summary>A destination is followed only within this server.</summary>
    private static string LocalOrHome(string destination) =>
        destination.StartsWith("/exchange/", StringComparison.Ordinal) && !destination.AsSpan().ContainsAny('\\', '\r', '\n') ? destination : Home;

    private static Task Redirect(HttpContext context, string location)
    {
        context.Response.Redirect(location);
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
