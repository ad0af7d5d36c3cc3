using System.Threading.Channels;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.WebConsole.Monitor;

/// <summary>
/// The node's figures for all open pages: read once a second for all of them, sooner when a security event tells that something has changed, and not at
/// all while no page is open. Thread-safe.
/// </summary>
internal sealed class MonitorFeed(ManagedNode node) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Ten thousand handshakes in a second are not ten thousand readings.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly List<Action<MonitorView>> _listeners = [];
    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private CancellationTokenSource? _running;

    /// <summary>Calls back with each reading, the first at once, until what it gives is disposed. Handlers return at once.</summary>
    public IDisposable Listen(Action<MonitorView> listener)
    {
        lock (_lock)
        {
            _listeners.Add(listener);
            _wake.Writer.TryWrite(true);
            if (_running is null)
            {
                _running = new CancellationTokenSource();
                _ = RunAsync(_running.Token);
            }
        }
        return new Subscription(this, listener);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _listeners.Clear();
            End();
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        // Off the listener's own thread, which holds the lock.
        await Task.Yield();
        node.Audit.Told += Wake;
        try
        {
            while (true)
            {
                await WaitAsync(cancellation).ConfigureAwait(false);
                MonitorView view = node.Monitor();
                foreach (Action<MonitorView> listener in Listeners())
                {
                    listener(view);
                }
                await Task.Delay(Pause, node.Time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The last page was closed.
        }
        finally
        {
            node.Audit.Told -= Wake;
        }
    }

    private void Wake(AuditEvent one) => _wake.Writer.TryWrite(true);

    /// <summary>For an event or the period, whichever comes first.</summary>
    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var period = new CancellationTokenSource(Period, node.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(period.Token, cancellation);
        try
        {
            await _wake.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing has happened; ages and bytes have moved on.
        }
    }

    private Action<MonitorView>[] Listeners()
    {
        lock (_lock)
        {
            return [.. _listeners];
        }
    }

    private void Remove(Action<MonitorView> listener)
    {
        lock (_lock)
        {
            if (_listeners.Remove(listener) && _listeners.Count == 0)
            {
                End();
            }
        }
    }

    private void End()
    {
        _running?.Cancel();
        _running?.Dispose();
        _running = null;
    }

    private sealed class Subscription(MonitorFeed feed, Action<MonitorView> listener) : IDisposable
    {
        public void Dispose() => feed.Remove(listener);
    }
}
