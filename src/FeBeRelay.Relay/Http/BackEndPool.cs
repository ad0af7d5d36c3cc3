using System.Net.Sockets;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Outbound;
using FeBeRelay.Relay.Streams;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// Connections to one destination for the requests of one endpoint, as policy says: those that wait for their next exchange, protected and clear apart,
/// and new ones. Thread-safe.
/// </summary>
/// <param name="destination">Which service at which node.</param>
/// <param name="route">The way there.</param>
/// <param name="guard">Keeps credentials off clear ways.</param>
/// <param name="context">What http endpoints need of the node.</param>
/// <param name="logger">The log.</param>
internal sealed class BackEndPool(DestinationAddress destination, OutboundRoute route, CredentialGuard guard, BackEndContext context, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly IdleConnections _protected = new(route.Target.Peer.MaxIdleChannels);
    private readonly IdleConnections _clear = new(route.Target.Peer.MaxIdleChannels);

    /// <summary>Which service at which node.</summary>
    public DestinationAddress Destination => destination;

    /// <summary>Connections that wait.</summary>
    public int IdleCount => _protected.Count + _clear.Count;

    /// <summary>A protected connection that waits, or null.</summary>
    /// <param name="mustBeQuiet">Looks again whether its end is on the way: for a request that may be sent only once.</param>
    public BackEndConnection? TakeIdle(bool mustBeQuiet) => _protected.Take(route.Current, mustBeQuiet);

    /// <summary>A connection by the way that policy has for it; a clear one has passed the decision immediately before.</summary>
    /// <exception cref="ExchangeException">Policy refuses, or where clear bytes go cannot be reached.</exception>
    /// <exception cref="NegotiationException">No channel could be made.</exception>
    /// <exception cref="IOException">A fault of this node.</exception>
    public async Task<BackEndConnection> ConnectAsync(BackEndWish wish, CancellationToken cancellation)
    {
        while (true)
        {
            OutboundPath path = route.Current;
            if (path.Rule is { MaySendClear: false, Action: not FilterAction.Block })
            {
                // Nothing is to be found out of the peer: one try is the connection's own.
                return await ConnectProtectedAsync(path, Demand.Require, wish, cancellation).ConfigureAwait(false);
            }
            OutboundChoice choice = await path.Peer.ChooseAsync(path, cancellation).ConfigureAwait(false);
            BackEndConnection? connection = choice.Decision switch
            {
                { Action: OutboundAction.Block } => throw Refuse(path, choice, wish),
                { IsClear: true } => await TryConnectClearAsync(path, wish, cancellation).ConfigureAwait(false),
                _ => await TryConnectProtectedAsync(path, choice.Decision.Demand, wish, cancellation).ConfigureAwait(false),
            };
            if (connection is not null)
            {
                return connection;
            }
            // Something became known of the peer before the first byte: policy is asked anew.
        }
    }

    /// <summary>
    /// Whether a connection that a logon is bound to may carry one more request: a protected one unless a rule blocks by now, a clear one only as long as
    /// policy sends clear.
    /// </summary>
    /// <exception cref="ExchangeException">The guard refuses the request.</exception>
    public async ValueTask<bool> MayStayAsync(BackEndConnection pinned, BackEndWish wish, CancellationToken cancellation)
    {
        OutboundPath path = route.Current;
        if (pinned.IsProtected)
        {
            return path.Rule.Action != FilterAction.Block;
        }
        if (!await MayGoClearAsync(path, wish, cancellation).ConfigureAwait(false))
        {
            return false;
        }
        guard.Tell(path, wish, wish.Local, route.Target.ClearTo);
        return true;
    }

    /// <summary>A stream of its own, for who needs a <see cref="Stream"/>.</summary>
    /// <inheritdoc cref="ConnectAsync"/>
    public async Task<Stream> OpenStreamAsync(CancellationToken cancellation) =>
        new BackEndStream(await ConnectAsync(new BackEndWish { MustBeNew = true }, cancellation).ConfigureAwait(false));

    /// <summary>Takes a connection back whose exchange is complete. A clear one whose peer can be reached protected by now is not used again.</summary>
    public void Return(BackEndConnection connection)
    {
        OutboundPath path = route.Current;
        if (!ReferenceEquals(connection.Path, path) || path.Pool.IsTight() || !(connection.IsProtected || path.Peer.Decide(path).IsClear))
        {
            _ = connection.CloseAsync();
            return;
        }
        (connection.IsProtected ? _protected : _clear).Return(connection);
    }

    /// <summary>Closes the connections that have carried no exchange for that long.</summary>
    public void CloseUnused(TimeSpan longest)
    {
        _protected.CloseUnused(longest);
        _clear.CloseUnused(longest);
    }

    /// <summary>Closes the idle connections.</summary>
    public Task CloseIdleAsync() => Task.WhenAll(_protected.CloseAsync(), _clear.CloseAsync());

    /// <summary>Closes the idle connections, and from now on those that come back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _protected.DisposeAsync().ConfigureAwait(false);
        await _clear.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<BackEndConnection?> TryConnectProtectedAsync(OutboundPath path, Demand demand, BackEndWish wish, CancellationToken cancellation)
    {
        // What was clear is over: it is not used again.
        _ = _clear.CloseAsync();
        try
        {
            return await ConnectProtectedAsync(path, demand, wish, cancellation).ConfigureAwait(false);
        }
        catch (NegotiationException e) when (e.Observation == PeerObservation.Optional)
        {
            return null;
        }
    }

    private async Task<BackEndConnection> ConnectProtectedAsync(OutboundPath path, Demand demand, BackEndWish wish, CancellationToken cancellation)
    {
        RentedChannel rented = await path.Pool.RentAsync(demand, cancellation).ConfigureAwait(false);
        try
        {
            await rented.Channel.OpenAsync(new StreamOpen(rented.Channel.StreamNumber + 1, demand, destination.Service, wish.Client, wish.Local)).ConfigureAwait(false);
        }
        catch
        {
            await rented.Channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        if (path.Rule.WouldBlock)
        {
            context.Audit.WouldBeRefused(rented.Channel, destination.Service, route.Target.Endpoint, path.Rule);
        }
        var told = new StreamAudit(context.Audit, rented.Channel, destination.Service, route.Target.Endpoint);
        return new BackEndConnection(new ChannelTransport(rented, told), path, this, context.Time);
    }

    /// <returns>Null where it does not go clear any more: no byte has.</returns>
    private async Task<BackEndConnection?> TryConnectClearAsync(OutboundPath path, BackEndWish wish, CancellationToken cancellation)
    {
        if (!await MayGoClearAsync(path, wish, cancellation).ConfigureAwait(false))
        {
            return null;
        }
        BackEndConnection? connection = wish.MustBeNew ? null : _clear.Take(path, wish.MustBeQuiet);
        Socket? network = connection is null ? await DialAsync(path, cancellation).ConfigureAwait(false) : null;
        // From here to the first byte nothing is waited for.
        OutboundDecision now = path.Peer.Decide(path);
        if (!now.IsClear || !ReferenceEquals(path, route.Current))
        {
            network?.Dispose();
            _ = connection?.CloseAsync();
            return null;
        }
        EnquireIfNeeded(path, now);
        guard.Tell(path, wish, network?.LocalEndPoint, network?.RemoteEndPoint ?? path.Target.ClearTo);
        return connection ?? new BackEndConnection(new ClearTransport(network!, Begin(path, network!)), path, this, context.Time);
    }

    /// <summary>What the guard concerns waits for an enquiry that would else be made beside it.</summary>
    private async ValueTask<bool> MayGoClearAsync(OutboundPath path, BackEndWish wish, CancellationToken cancellation)
    {
        OutboundDecision decision = path.Peer.Decide(path);
        if (decision.Action == OutboundAction.ClearAndEnquire && guard.Concerns(wish))
        {
            await path.Peer.Enquire(path).WaitAsync(cancellation).ConfigureAwait(false);
            decision = path.Peer.Decide(path);
        }
        if (decision.IsClear)
        {
            guard.Check(path, wish);
        }
        return decision.IsClear;
    }

    private async Task<Socket> DialAsync(OutboundPath path, CancellationToken cancellation)
    {
        System.Net.EndPoint clearTo = path.Target.ClearTo ?? throw new InvalidOperationException("policy sends clear without an address for it");
        try
        {
            return await Dialer.ConnectAsync(clearTo, path.Target.Peer.SourceAddress, ConnectTimeout, context.Time, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            if (route.FailureLines.TryTake(logger))
            {
                OutboundLog.ClearToUnreachable(logger, path.Endpoint, clearTo, e.Message);
            }
            EnquireIfNeeded(path, path.Peer.Decide(path));
            throw Failure.OfClearWay(e);
        }
    }

    private void EnquireIfNeeded(OutboundPath path, OutboundDecision decision)
    {
        if (decision.Action == OutboundAction.ClearAndEnquire)
        {
            _ = EnquireAsync(path);
        }
    }

    private async Task EnquireAsync(OutboundPath path)
    {
        await path.Peer.Enquire(path).ConfigureAwait(false);
        if (!path.Peer.Decide(path).IsClear)
        {
            await _clear.CloseAsync().ConfigureAwait(false);
        }
    }

    private ClearUse Begin(OutboundPath path, Socket network) =>
        context.Clear.Begin(ClearFlowOf(path), path.Rule, network, () => route.Current.Rule.MaySendClear, () => SocketTuning.Reset(network));

    private static ClearFlow ClearFlowOf(OutboundPath path) => new(path.Endpoint, path.Target.Peer.Name, path.Rule.Name, path.ClearCause);

    private ExchangeException Refuse(OutboundPath path, OutboundChoice choice, BackEndWish wish)
    {
        BlockReason reason = choice.Decision.Reason;
        string detail = choice.Detail.Length == 0 ? reason.Explanation() : choice.Detail;
        if (route.FailureLines.TryTake(logger))
        {
            OutboundLog.Refused(logger, path.Endpoint, destination.Service, path.Target.Peer.Name, path.Rule.Name, reason.Name(), detail);
        }
        context.Audit.ClearTrafficRefused(
            path.Endpoint, path.Target.Peer.Name, path.Rule.Name, path.Rule.Flags, wish.Local, path.Target.ClearTo, $"{reason.Name()}: {detail}");
        return Failure.OfPolicy(reason, detail);
    }
}
