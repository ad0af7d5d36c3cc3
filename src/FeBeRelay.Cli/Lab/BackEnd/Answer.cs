using System.Text;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Short answers, each with its length, so that even HTTP/1.0 agents can keep the connection.</summary>
internal static class Answer
{
    public static Task TextAsync(HttpContext context, int status, string text) => SendAsync(context, status, "text/plain; charset=utf-8", text);

    public static Task HtmlAsync(HttpContext context, string html)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; img-src data:";
        return SendAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", html);
    }

    public static async Task SendAsync(HttpContext context, int status, string contentType, string content)
    {
        byte[] body = Encoding.UTF8.GetBytes(content);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
