using System.Text.Json.Serialization.Metadata;

namespace FeBeRelay.Relay.Management;

/// <summary>The body of every answer that is no success (RFC 9457).</summary>
/// <param name="Status">The status.</param>
/// <param name="Title">What is wrong, for people.</param>
internal sealed record Problem(int Status, string Title)
{
    private const string MediaType = "application/problem+json";

    /// <summary>Answers with it.</summary>
    public static Task WriteAsync(HttpContext context, int status, string title)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new Problem(status, title), Json, MediaType, context.RequestAborted);
    }

    /// <summary>Gives a body to answers that the framework left without one.</summary>
    public static async Task FillAsync(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null } response)
        {
            await WriteAsync(context, response.StatusCode, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(response.StatusCode).ToLowerInvariant()).ConfigureAwait(false);
        }
    }

    /// <summary>The same as a result.</summary>
    public static IResult Result(int status, string title) => Results.Json(new Problem(status, title), Json, MediaType, status);

    private static JsonTypeInfo<Problem> Json => ManagementJson.Default.Problem;
}
