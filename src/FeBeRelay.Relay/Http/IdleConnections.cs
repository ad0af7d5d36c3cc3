using System.Collections.Concurrent;
using FeBeRelay.Channel;
using FeBeRelay.Relay.Policies.Outbound;

namespace FeBeRelay.Relay.Http;

/// <summary>The connections of one kind, protected or clear, that wait for their next exchange; the youngest is used first. Thread-safe.</summary>
/// <param name="most">How many are kept.</param>
internal sealed class IdleConnections(int most) : IAsyncDisposable
{
    private readonly ConcurrentStack<BackEndConnection> _idle = new();
    private int _held;
    private int _rentable;
    private volatile bool _ending;

    /// <summary>Those that wait. One is counted when it can be rented, and not a moment before.</summary>
    public int Count => Volatile.Read(ref _rentable);

    /// <summary>One of those that policy's way of now was made for, or null. Others are closed: what is idle is not used under another policy.</summary>
    /// <param name="path">The way of now.</param>
    /// <param name="mustBeQuiet">Looks again whether its end is on the way: for a request that may be sent only once.</param>
    public BackEndConnection? Take(OutboundPath path, bool mustBeQuiet)
    {
        List<BackEndConnection>? busy = null;
        BackEndConnection? found = null;
        while (found is null && _idle.TryPop(out BackEndConnection? connection))
        {
            if (connection.TryRent())
            {
                LetGo();
                if (!ReferenceEquals(connection.Path, path) || (mustBeQuiet && connection.HasNews()))
                {
                    _ = connection.CloseAsync();
                    continue;
                }
                found = connection;
            }
            else if (!connection.IsLost)
            {
                // Its watch reads a record of the channel just now.
                (busy ??= []).Add(connection);
            }
        }
        busy?.ForEach(_idle.Push);
        return found;
    }

    /// <summary>Takes a connection back whose exchange is complete.</summary>
    public void Return(BackEndConnection connection)
    {
        if (_ending || !TryHold(connection))
        {
            _ = connection.CloseAsync();
            return;
        }
        _idle.Push(connection);
        Interlocked.Increment(ref _rentable);
        if (_ending)
        {
            _ = CloseAsync();
        }
    }

    /// <summary>Closes those that have waited for that long, and those that only a burst needed after a minute.</summary>
    public void CloseUnused(TimeSpan longest)
    {
        // The youngest come first.
        foreach ((int younger, BackEndConnection connection) in _idle.Where(c => !c.IsLost).Index())
        {
            if (connection.IdleFor >= PeerNode.LongestUnused(younger, longest) && connection.TryTakeOut())
            {
                LetGo();
                _ = connection.CloseAsync();
            }
        }
    }

    /// <summary>Closes those that wait.</summary>
    public Task CloseAsync()
    {
        var closing = new List<Task>();
        List<BackEndConnection>? busy = null;
        while (_idle.TryPop(out BackEndConnection? connection))
        {
            if (connection.TryRent())
            {
                LetGo();
                closing.Add(connection.CloseAsync());
            }
            else if (!connection.IsLost)
            {
                (busy ??= []).Add(connection);
            }
        }
        busy?.ForEach(_idle.Push);
        return Task.WhenAll(closing);
    }

    /// <summary>Closes those that wait, and from now on those that come back.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        await CloseAsync().ConfigureAwait(false);
    }

    private bool TryHold(BackEndConnection connection)
    {
        bool held = Interlocked.Increment(ref _held) <= most && connection.TryPark(_ => LetGo());
        if (!held)
        {
            Interlocked.Decrement(ref _held);
        }
        return held;
    }

    private void LetGo()
    {
        Interlocked.Decrement(ref _rentable);
        Interlocked.Decrement(ref _held);
    }
}
