using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Answers with the request as it arrived, so that a check sees what became of it on the way.</summary>
internal static class Reflection
{
    public static void Map(IEndpointRouteBuilder routes) => routes.Map("/lab/reflect/{**rest}", (RequestDelegate)ReflectAsync);

    /// <summary>The request line's target, the X- headers with their case and order, and length, digest and trailers of the body.</summary>
    private static async Task ReflectAsync(HttpContext context)
    {
        var text = new StringBuilder();
        text.Append(context.Request.Method).Append(' ').Append(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget).Append('\n');
        foreach ((string name, var values) in context.Request.Headers)
        {
            if (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase))
            {
                text.Append(name).Append(": ").Append(values).Append('\n');
            }
        }

        (long length, string digest) = await DigestAsync(context.Request.Body, context.RequestAborted);
        text.Append("body ").Append(length).Append(' ').Append(digest).Append('\n');
        if (context.Request.CheckTrailersAvailable())
        {
            foreach ((string name, var values) in context.Features.GetRequiredFeature<IHttpRequestTrailersFeature>().Trailers)
            {
                text.Append("trailer ").Append(name).Append(": ").Append(values).Append('\n');
            }
        }

        await Answer.TextAsync(context, StatusCodes.Status200OK, text.ToString());
    }

    private static async Task<(long Length, string Digest)> DigestAsync(Stream body, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        long length = 0;
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
        }

        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
