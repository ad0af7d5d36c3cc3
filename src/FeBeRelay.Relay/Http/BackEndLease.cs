using System.Net;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// The back-end connection of one exchange: an idle one, the one that the client's logon is bound to, or a new one. What comes from outside (the client's
/// end, a time-out) reaches it until it is given back, and never who has it after that. Thread-safe for these.
/// </summary>
internal sealed class BackEndLease(HttpContext context, BackEndPool pool, ClientConnection? client, ILogger logger)
{
    private readonly string _cluster = context.Features.Get<IReverseProxyFeature>()?.Cluster.Config.ClusterId ?? "";
    private readonly Lock _handing = new();
    private BackEndConnection? _connection;
    private volatile bool _isAborted;
    private bool _isReleased;

    // Ended or aborted from outside: it carries no other exchange.
    private bool _isCut;

    /// <summary>The connection.</summary>
    public BackEndConnection Connection => _connection!;

    /// <summary>The channel that carries it, or where it goes clear, for the log; empty before there is one.</summary>
    public string ChannelId => _connection?.Id ?? "";

    /// <summary>Whether it has carried exchanges before, of whomever: its end may have been on the way already.</summary>
    public bool IsShared { get; private set; }

    /// <summary>Whether it is the client's alone, now or from the end of this exchange on.</summary>
    public bool IsPinned { get; set; }

    /// <summary>The client is gone, or must not be waited for.</summary>
    public bool IsAborted => _isAborted;

    /// <summary>Takes the connection that the client's logon is bound to, or an idle one, or makes a new one.</summary>
    /// <param name="secret">What of the request is nobody's business, or null.</param>
    /// <param name="mustBeQuiet">For a request that may be sent only once.</param>
    /// <param name="mustBeNew">For one that was sent already.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ExchangeException">There is none to be had.</exception>
    /// <exception cref="ClientGoneException">Nobody waits for it any more.</exception>
    public async ValueTask TakeAsync(string? secret, bool mustBeQuiet, bool mustBeNew, CancellationToken cancellation)
    {
        BackEndConnection? connection = null;
        if (!mustBeNew)
        {
            connection = await TakePinnedAsync(secret, cancellation).ConfigureAwait(false) ?? await TakeIdleAsync(mustBeQuiet, cancellation).ConfigureAwait(false);
        }
        connection ??= await ConnectAsync(Wish(secret) with { MustBeQuiet = mustBeQuiet, MustBeNew = mustBeNew }, cancellation).ConfigureAwait(false);
        IsShared = connection.WasIdle && !IsPinned;
        lock (_handing)
        {
            _connection = connection;
            _isCut = false;
        }
        if (_isAborted)
        {
            throw Failure.OfAbort(context);
        }
    }

    /// <summary>Cuts a connection that was over, so that another is taken.</summary>
    public async ValueTask DropAsync()
    {
        BackEndConnection? dropped;
        lock (_handing)
        {
            (dropped, _connection) = (_connection, null);
        }
        await dropped!.AbortAsync().ConfigureAwait(false);
    }

    /// <summary>The client is gone, or its time is up: so are we, for the back end.</summary>
    public void Abort()
    {
        _isAborted = true;
        Cut();
    }

    /// <summary>Aborts the exchange at the back end; the client is still to be told.</summary>
    public void Cut()
    {
        lock (_handing)
        {
            if (!_isReleased && _connection is { } connection)
            {
                _isCut = true;
                _ = connection.AbortAsync().AsTask();
            }
        }
    }

    /// <summary>Ends this side's bytes behind the request, as the client did.</summary>
    public void End()
    {
        lock (_handing)
        {
            if (!_isReleased && !_isCut && _connection is { } connection)
            {
                _isCut = true;
                _ = EndQuietlyAsync(connection);
            }
        }
    }

    /// <summary>Gives the connection back: to its pool, to its client, or to nobody.</summary>
    /// <param name="keep">The exchange is complete on both sides, and another may follow it.</param>
    /// <param name="isAnswered">The client has its whole answer.</param>
    public async ValueTask ReleaseAsync(bool keep, bool isAnswered)
    {
        lock (_handing)
        {
            _isReleased = true;
            keep &= !_isCut;
        }
        if (_connection is not { } connection)
        {
            return;
        }
        connection.Activity = null;
        if (!keep)
        {
            await GiveUpAsync(connection, isAnswered).ConfigureAwait(false);
        }
        else if (IsPinned && client is not null)
        {
            PinTo(client, connection);
        }
        else
        {
            pool.Return(connection);
        }
    }

    private static async Task EndQuietlyAsync(BackEndConnection connection)
    {
        try
        {
            await connection.EndAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (BackEndConnection.IsCut(e))
        {
            // Whoever reads the answer meets the same.
        }
    }

    /// <summary>One only: were the node out of reach, each that cannot be woken would take its time.</summary>
    private async ValueTask<BackEndConnection?> TakeIdleAsync(bool mustBeQuiet, CancellationToken cancellation) =>
        pool.TakeIdle(mustBeQuiet) is { } idle && await TryWakeAsync(idle, cancellation).ConfigureAwait(false) ? idle : null;

    /// <summary>Where it cannot be woken it is over.</summary>
    private static async ValueTask<bool> TryWakeAsync(BackEndConnection connection, CancellationToken cancellation)
    {
        bool isAwake = false;
        try
        {
            return isAwake = await connection.TryWakeAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (!isAwake)
            {
                _ = connection.CloseAsync();
            }
        }
    }

    private async ValueTask<BackEndConnection?> TakePinnedAsync(string? secret, CancellationToken cancellation)
    {
        if (client?.PinnedFor(_cluster) is not { } pinned)
        {
            return null;
        }
        bool stays = await pinned.Connection.Pool.MayStayAsync(pinned.Connection, Wish(secret), cancellation).ConfigureAwait(false);
        while (!pinned.Connection.TryRent())
        {
            if (pinned.Connection.IsLost)
            {
                throw LogonLost("the back end has ended the connection that the logon is bound to");
            }
            // Its watch reads a record of the channel just now.
            await Task.Yield();
        }
        if (!stays)
        {
            // Clear, and the node can be reached protected by now: the back end asks for the logon anew. Or policy blocks.
            client.Unpin(pinned.Connection);
            _ = pinned.Connection.CloseAsync();
            return null;
        }
        if (!await TryWakeAsync(pinned.Connection, cancellation).ConfigureAwait(false))
        {
            client.LosePinned(pinned.Connection);
            throw LogonLost("the connection that the logon is bound to was quiet, and there are no new keys for it");
        }
        IsPinned = true;
        return pinned.Connection;
    }

    private static ExchangeException LogonLost(string why) =>
        new(ForwarderError.Request, StatusCodes.Status502BadGateway, "using the connection of the logon", why);

    private BackEndWish Wish(string? secret) => new()
    {
        Client = EndPointOf(context.Connection.RemoteIpAddress, context.Connection.RemotePort),
        Local = EndPointOf(context.Connection.LocalIpAddress, context.Connection.LocalPort),
        Exchange = context.TraceIdentifier,
        Secret = secret,
        MustBeProtected = client?.HasProtectedLogon(_cluster) == true,
    };

    private static IPEndPoint? EndPointOf(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port);

    private async Task<BackEndConnection> ConnectAsync(BackEndWish wish, CancellationToken cancellation)
    {
        try
        {
            return await pool.ConnectAsync(wish, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (Failure.IsOfNegotiation(e))
        {
            throw Failure.OfNegotiation(e);
        }
    }

    private async ValueTask GiveUpAsync(BackEndConnection connection, bool isAnswered)
    {
        if (IsPinned)
        {
            client?.LosePinned(connection);
        }
        if (isAnswered && !_isAborted)
        {
            // In order, so that the channel can be used again; nobody waits for it.
            _ = connection.CloseAsync();
        }
        else
        {
            await connection.AbortAsync().ConfigureAwait(false);
        }
    }

    private void PinTo(ClientConnection client, BackEndConnection connection)
    {
        if (client.PinnedFor(_cluster) is null && context.Features.Get<IReverseProxyFeature>()?.ProxiedDestination is { } destination)
        {
            HttpLog.ConnectionPinned(logger, context.TraceIdentifier, connection.Id, pool.Destination.Service, pool.Destination.Node);
            if (!client.TryPin(new PinnedConnection(_cluster, destination, connection)))
            {
                _ = connection.CloseAsync();
                return;
            }
        }
        if (!connection.TryPark(client.LosePinned))
        {
            client.LosePinned(connection);
            _ = connection.CloseAsync();
        }
    }
}
