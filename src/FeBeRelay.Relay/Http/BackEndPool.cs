using System.Collections.Concurrent;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Http;

/// <summary>The connections to one destination that wait for their next exchange; the youngest is used first. Thread-safe.</summary>
internal sealed class BackEndPool(DestinationAddress destination, ChannelPool channels, AuditLog audit, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentStack<BackEndConnection> _idle = new();
    private int _held;
    private int _rentable;
    private volatile bool _ending;

    /// <summary>Which service at which node.</summary>
    public DestinationAddress Destination => destination;

    /// <summary>Connections that wait. One is counted when it can be rented, and not a moment before.</summary>
    public int IdleCount => Volatile.Read(ref _rentable);

    /// <summary>An idle connection, or null.</summary>
    /// <param name="mustBeQuiet">Looks again whether its end is on the way: for a request that may be sent only once.</param>
    public BackEndConnection? TakeIdle(bool mustBeQuiet)
    {
        List<BackEndConnection>? busy = null;
        BackEndConnection? found = null;
        while (found is null && _idle.TryPop(out BackEndConnection? connection))
        {
            if (connection.TryRent())
            {
                LetGo();
                if (mustBeQuiet && connection.HasNews())
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

    /// <summary>A new connection.</summary>
    /// <exception cref="NegotiationException">No channel could be made.</exception>
    public async Task<BackEndConnection> ConnectAsync(HttpContext context, CancellationToken cancellation)
    {
        RentedChannel rented = await channels.RentAsync(cancellation).ConfigureAwait(false);
        try
        {
            ConnectionInfo client = context.Connection;
            await rented.Channel.OpenAsync(new StreamOpen(
                rented.Channel.StreamNumber + 1, Demand.Require, destination.Service,
                EndPointOf(client.RemoteIpAddress, client.RemotePort), EndPointOf(client.LocalIpAddress, client.LocalPort))).ConfigureAwait(false);
            var told = new StreamAudit(audit, rented.Channel, destination.Service, context.Features.Get<ClientConnection>()?.Endpoint);
            return new BackEndConnection(rented, this, told, time);
        }
        catch
        {
            await rented.Channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A stream of its own, for who needs a <see cref="Stream"/>.</summary>
    /// <exception cref="NegotiationException">No channel could be made.</exception>
    public async Task<Stream> OpenStreamAsync(CancellationToken cancellation) =>
        await channels.OpenStreamAsync(destination.Service, cancellation).ConfigureAwait(false);

    /// <summary>Takes a connection back whose exchange is complete.</summary>
    public void Return(BackEndConnection connection)
    {
        if (_ending || channels.IsTight() || !TryHold(connection))
        {
            _ = connection.CloseAsync();
            return;
        }
        _idle.Push(connection);
        Interlocked.Increment(ref _rentable);
        if (_ending)
        {
            _ = DisposeAsync().AsTask();
        }
    }

    /// <summary>Closes the idle connections, and from now on those that come back.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        await CloseIdleAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the idle connections.</summary>
    public async Task CloseIdleAsync()
    {
        var closing = new List<Task>();
        while (TakeIdle(mustBeQuiet: false) is { } connection)
        {
            closing.Add(connection.CloseAsync());
        }
        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    private bool TryHold(BackEndConnection connection)
    {
        bool held = Interlocked.Increment(ref _held) <= channels.Peer.MaxIdleChannels && connection.TryPark(_ => LetGo());
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

    private static System.Net.IPEndPoint? EndPointOf(System.Net.IPAddress? address, int port) => address is null ? null : new(address, port);
}
