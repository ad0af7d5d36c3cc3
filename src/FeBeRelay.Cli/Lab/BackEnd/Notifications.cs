using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>
/// Tells who listens about new mail: an answer that stays open and is flushed event by event. With <c>?take=n</c> it ends
/// after so many messages; <c>take=1</c> is the classic long poll.
/// </summary>
internal sealed class Notifications
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<Channel<MailMessage>, bool> _subscribers = new();
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;

    public Notifications(Mailbox mailbox, TimeProvider time, CancellationToken stopping)
    {
        _time = time;
        _stopping = stopping;
        mailbox.Arrived += message =>
        {
            foreach (Channel<MailMessage> subscriber in _subscribers.Keys)
            {
                subscriber.Writer.TryWrite(message);
            }
        };
    }

    public static string PathFor(string user) => $"/exchange/{Uri.EscapeDataString(user)}/notifications";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/exchange/{user}/notifications", (RequestDelegate)StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        int take = int.TryParse(context.Request.Query["take"], CultureInfo.InvariantCulture, out int asked) ? asked : int.MaxValue;
        var news = System.Threading.Channels.Channel.CreateBounded<MailMessage>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        _subscribers[news] = true;
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await WriteAsync(context, "event: connected\ndata: {}\n\n", ends.Token);
            for (int sent = 0; sent < take; sent++)
            {
                MailMessage message = await NextAsync(context, news.Reader, ends.Token);
                string data = JsonSerializer.Serialize(message.Subject);
                await WriteAsync(context, $"event: newmail\ndata: {data}\n\n", ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The listener or the back end has gone; nobody is left to tell.
        }
        finally
        {
            _subscribers.TryRemove(news, out _);
        }
    }

    /// <summary>Writes a comment now and then while there is no news: a client that has vanished shows only when something is sent.</summary>
    private async Task<MailMessage> NextAsync(HttpContext context, ChannelReader<MailMessage> news, CancellationToken cancellation)
    {
        Task<MailMessage> next = news.ReadAsync(cancellation).AsTask();
        while (await Task.WhenAny(next, Task.Delay(HeartbeatPeriod, _time, cancellation)) != next)
        {
            await WriteAsync(context, ":\n\n", cancellation);
        }

        return await next;
    }

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellation)
    {
        await context.Response.WriteAsync(text, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }
}
