using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Connections that end in every way there is, for checks that an end arrives as what it was.</summary>
internal static class ConnectionEnds
{
    /// <summary>How much of an answer is sent before it is torn off.</summary>
    public const int BytesBeforeReset = 32 * 1024;

    /// <summary>Long enough that it cannot sit in socket buffers between the two ends.</summary>
    public const int LongAnswerLength = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes, ConcurrentDictionary<string, TaskCompletionSource<string>> outcomes)
    {
        routes.MapPost("/lab/reset", (RequestDelegate)ResetAsync);
        routes.MapGet("/lab/after-half-close", (RequestDelegate)AnswerAfterHalfCloseAsync);
        routes.MapPost("/lab/interrupted/{id}", context => WitnessAsync(context, OutcomeOf(outcomes, context)));
        routes.MapGet("/lab/interrupted/{id}", context => TellAsync(context, outcomes));
    }

    /// <summary>Sends the beginning of an answer, waits until the client has sent its body (it has the beginning then), and resets.</summary>
    private static async Task ResetAsync(HttpContext context)
    {
        string marker = context.Request.Headers["X-Lab-Marker"].ToString();
        context.Response.ContentLength = 2 * BytesBeforeReset;
        await context.Response.WriteAsync(marker.PadRight(BytesBeforeReset), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

        Socket socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }

    /// <summary>Says nothing before the client's end has arrived, and much after it.</summary>
    private static async Task AnswerAfterHalfCloseAsync(HttpContext context)
    {
        string marker = context.Request.Headers["X-Lab-Marker"].ToString();
        CancellationToken inputEnded = context.Features.GetRequiredFeature<ClientInput>().Ended;
        await Task.Delay(Timeout.InfiniteTimeSpan, inputEnded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        context.Response.ContentLength = LongAnswerLength;
        byte[] block = Encoding.ASCII.GetBytes(marker.PadRight(32 * 1024));
        for (int sent = 0; sent < LongAnswerLength; sent += block.Length)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }
    }

    /// <summary>Reads a body that will not be completed, and remembers how it stopped.</summary>
    private static async Task WitnessAsync(HttpContext context, TaskCompletionSource<string> outcome)
    {
        try
        {
            await context.Response.StartAsync(context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            outcome.TrySetResult("complete");
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            outcome.TrySetResult(error is ConnectionResetException ? "reset" : $"{error.GetType().Name}: {error.Message}");
            context.Abort();
        }
    }

    private static async Task TellAsync(HttpContext context, ConcurrentDictionary<string, TaskCompletionSource<string>> outcomes)
    {
        string outcome = await OutcomeOf(outcomes, context).Task.WaitAsync(context.RequestAborted);
        outcomes.TryRemove((string)context.Request.RouteValues["id"]!, out _);
        await Answer.TextAsync(context, StatusCodes.Status200OK, outcome);
    }

    private static TaskCompletionSource<string> OutcomeOf(ConcurrentDictionary<string, TaskCompletionSource<string>> outcomes, HttpContext context) =>
        outcomes.GetOrAdd((string)context.Request.RouteValues["id"]!, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
