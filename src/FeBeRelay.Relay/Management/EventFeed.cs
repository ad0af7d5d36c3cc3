using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Management;

/// <summary>Security events as they happen, for those who listen. A listener that does not keep up loses the oldest, and is told how many. Thread-safe.</summary>
internal sealed class EventFeed(AuditLog audit, TimeProvider time)
{
    /// <summary>Listeners at once; one more is turned away.</summary>
    public const int MaxListeners = 32;

    private const int Backlog = 1_024;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private int _listeners;

    /// <summary>The events from now on, or null where there are too many listeners. Every 15 s without one there is <c>alive</c>, to notice who is gone.</summary>
    public IAsyncEnumerable<SseItem<string>>? Listen(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _listeners) > MaxListeners)
        {
            Interlocked.Decrement(ref _listeners);
            return null;
        }
        var listener = new Listener();
        audit.Told += listener.Take;
        return ReadAsync(listener, cancellation);
    }

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(Listener listener, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            yield return new SseItem<string>("{}", "alive");
            while (!cancellation.IsCancellationRequested)
            {
                bool some = await WaitAsync(listener.Events.Reader, cancellation).ConfigureAwait(false);
                if (listener.TakeLost() is > 0 and var lost)
                {
                    yield return new SseItem<string>($$"""{"count":{{lost}}}""", "lost");
                }
                while (listener.Events.Reader.TryRead(out AuditEvent? one))
                {
                    yield return new SseItem<string>(Encoding.UTF8.GetString(AuditText.Write(one)), one.Name);
                }
                if (!some)
                {
                    yield return new SseItem<string>("{}", "alive");
                }
            }
        }
        finally
        {
            audit.Told -= listener.Take;
            Interlocked.Decrement(ref _listeners);
        }
    }

    private async Task<bool> WaitAsync(ChannelReader<AuditEvent> events, CancellationToken cancellation)
    {
        using var quiet = new CancellationTokenSource(Quiet, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(quiet.Token, cancellation);
        try
        {
            return await events.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private sealed class Listener
    {
        private long _lost;

        public Listener() => Events = System.Threading.Channels.Channel.CreateBounded<AuditEvent>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref _lost));

        public Channel<AuditEvent> Events { get; }

        public void Take(AuditEvent one) => Events.Writer.TryWrite(one);

        public long TakeLost() => Interlocked.Exchange(ref _lost, 0);
    }
}
