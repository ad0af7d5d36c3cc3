using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Outbound;
using FeBeRelay.Relay.Streams;
using FeBeRelay.Relay.Telemetry;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Endpoints;

/// <summary>
/// A relay endpoint of kind <c>stream</c> or <c>transparent</c>: each accepted connection is one stream of a service at a peer, byte by byte. To a transparent one
/// applications do not connect knowingly: it takes what was redirected from its destinations.
/// </summary>
internal sealed class StreamEndpoint : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _service;
    private readonly IReadOnlyList<IPEndPoint> _destinations;
    private readonly OutboundRoute _route;
    private readonly ClearRelay _clear;
    private readonly ConnectionCap _cap;
    private readonly ListeningSocket _listening;
    private readonly TimeProvider _time;
    private readonly AuditLog _audit;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _killing = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Listens at once.</summary>
    /// <param name="options">Its name, where it listens, and the service asked for at the peer.</param>
    /// <param name="route">The way to the peer.</param>
    /// <param name="clear">Carries and lists clear connections.</param>
    /// <param name="cap">Counts the node's connections.</param>
    /// <param name="sockets">What the process was started with; the endpoint's name there is <c>relay.NAME</c>.</param>
    /// <param name="audit">The audit log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public StreamEndpoint(
        EndpointOptions options, OutboundRoute route, ClearConnections clear, ConnectionCap cap, InheritedSockets sockets, AuditLog audit, TimeProvider time, ILogger logger)
    {
        _name = options.Name;
        _service = options.Service;
        _destinations = options.Destinations;
        _route = route;
        _clear = new ClearRelay(route, clear, time, logger);
        _cap = cap;
        _audit = audit;
        _time = time;
        _logger = logger;
        _listening = ListeningSocket.Open(sockets, $"relay.{_name}", options.Listen);
        LocalEndPoint = _listening.LocalEndPoint;
        RelayLog.EndpointOpen(_logger, _name, LocalEndPoint, _service, route.Target.Peer.Name);
    }

    /// <summary>Where it listens, with the port that the system chose.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Streams that are open.</summary>
    public int OpenStreams => _running.Count;

    /// <summary>Starts to accept.</summary>
    public void Start() => _listening.Start(Accept, _time, _logger);

    /// <summary>Stops accepting, and waits for the open streams until told to cut them.</summary>
    public async Task DrainAsync(CancellationToken cut)
    {
        await _listening.StopAsync().ConfigureAwait(false);
        using CancellationTokenRegistration registration = cut.Register(_killing.Cancel);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
    }

    /// <summary>Stops and cuts the open streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _listening.DisposeAsync().ConfigureAwait(false);
        _killing.Dispose();
    }

    private void Accept(Socket application)
    {
        if (!IsTaken(application, out IPEndPoint? destination) || !_audit.MayAdmit || !_cap.TryEnter(application))
        {
            SocketTuning.Reset(application);
            return;
        }
        Task running = ServeAsync(application, destination);
        _running[running] = 0;
        _ = running.ContinueWith(t => _running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>What a transparent endpoint gets must have been redirected, and by this configuration's rules: the node is no way to anywhere else.</summary>
    private bool IsTaken(Socket application, out IPEndPoint? destination)
    {
        if (_destinations.Count == 0)
        {
            destination = application.LocalEndPoint as IPEndPoint;
            return true;
        }
        destination = OriginalDestination.Find(application);
        bool isTaken = destination is not null && _destinations.Contains(destination);
        if (!isTaken)
        {
            CaptureLog.NotCaptured(_logger, _name, application.RemoteEndPoint, destination ?? application.LocalEndPoint);
        }
        return isTaken;
    }

    private async Task ServeAsync(Socket application, IPEndPoint? destination)
    {
        long since = _time.GetTimestamp();
        using Activity? span = RelaySpans.AreWanted ? RelaySpans.BeginStream(_service, _name, application.RemoteEndPoint) : null;
        try
        {
            SocketTuning.Apply(application);
            while (!await TryServeAsync(application, destination, since).ConfigureAwait(false))
            {
                // Something became known of the peer before the first byte: policy is asked anew.
            }
        }
        catch (Exception e) when (e is NegotiationException or SocketException or OperationCanceledException or ObjectDisposedException or IOException or OutOfMemoryException)
        {
            span?.SetFailure(e);
            if (_route.FailureLines.TryTake(_logger))
            {
                RelayLog.NoChannel(_logger, _name, _service, e is OutOfMemoryException ? StreamFailure.OutOfMemory : e.Message);
            }
            SocketTuning.Reset(application);
        }
        finally
        {
            _cap.Leave();
        }
    }

    private async Task<bool> TryServeAsync(Socket application, IPEndPoint? destination, long since)
    {
        OutboundPath path = _route.Current;
        OutboundChoice choice = await path.Peer.ChooseAsync(path, _killing.Token).ConfigureAwait(false);
        if (choice.Decision.IsClear)
        {
            return await _clear.TryCarryAsync(application, choice.Decision, _killing.Token).ConfigureAwait(false);
        }
        if (choice.Decision.Action == OutboundAction.Block)
        {
            Refuse(application, path, choice);
            return true;
        }
        RentedChannel rented;
        try
        {
            rented = await path.Pool.RentAsync(choice.Decision.Demand, _killing.Token).ConfigureAwait(false);
        }
        catch (NegotiationException e) when (e.Observation == PeerObservation.Optional)
        {
            return false;
        }
        if (path.Rule.WouldBlock)
        {
            _audit.WouldBeRefused(rented.Channel, _service, _name, path.Rule);
        }
        await CarryAsync(rented, choice.Decision.Demand, application, destination, since).ConfigureAwait(false);
        return true;
    }

    private void Refuse(Socket application, OutboundPath path, OutboundChoice choice)
    {
        BlockReason reason = choice.Decision.Reason;
        string detail = choice.Detail.Length == 0 ? reason.Explanation() : choice.Detail;
        RelaySpans.Current?.SetFailure(reason.Name(), detail);
        if (_route.FailureLines.TryTake(_logger))
        {
            OutboundLog.Refused(_logger, _name, _service, path.Target.Peer.Name, path.Rule.Name, reason.Name(), detail);
        }
        // Where nothing could have gone clear, the failure of the negotiation is the event.
        if (reason is BlockReason.Rule or BlockReason.NoClearTo || path.Rule.MaySendClear)
        {
            _audit.ClearTrafficRefused(
                _name, path.Target.Peer.Name, path.Rule.Name, path.Rule.Flags, application.LocalEndPoint, path.Target.ClearTo, $"{reason.Name()}: {detail}");
        }
        SocketTuning.Reset(application);
    }

    private async Task CarryAsync(RentedChannel rented, Demand demand, Socket application, IPEndPoint? destination, long since)
    {
        uint number = rented.Channel.StreamNumber + 1;
        try
        {
            await rented.Channel.OpenAsync(new StreamOpen(
                number, demand, _service, application.RemoteEndPoint as IPEndPoint, destination)).ConfigureAwait(false);
        }
        catch
        {
            await rented.Channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        rented.Channel.Endpoint = _name;
        RelaySpans.Current?.SetChannel(rented.Channel, number);
        _audit.ServiceUsed(rented.Channel, _service, _name);
        var pump = new StreamPump(rented.Channel, rented.Channel.Beside(application));
        StreamFailure? failure = await pump.RunAsync(_killing.Token).ConfigureAwait(false);
        if (failure is null)
        {
            rented.Return();
        }
        RelaySpans.Current?.SetEnd(pump.BytesOut, pump.BytesIn, failure);
        Tell(rented.Channel, pump, failure);
        Log(rented.Channel, number, pump, failure, since);
    }

    private void Log(SecureChannel channel, uint number, StreamPump pump, StreamFailure? failure, long since)
    {
        LogLevel level = failure is null ? LogLevel.Debug : LogLevel.Information;
        if (_logger.IsEnabled(level))
        {
            (string peer, string id, double time) = (channel.Association.Peer.Name, channel.Id, _time.GetElapsedTime(since).TotalMilliseconds);
            string reason = failure is null ? "ended" : $"{failure.Side}: {failure.Detail}";
            RelayLog.StreamEnded(_logger, level, _name, _service, peer, id, number, pump.BytesOut, pump.BytesIn, time, reason);
        }
    }

    private void Tell(SecureChannel channel, StreamPump pump, StreamFailure? failure)
    {
        if (failure is { Error: ProtocolError.RefusedByPeer, Code: { } code and not ErrorCode.Reset })
        {
            _audit.ServiceRefused(channel, _service, _name, FailurePoint.Peer, code, failure.Detail);
        }
        _audit.ServiceEnded(channel, _service, _name, pump.BytesOut, pump.BytesIn, failure?.Detail ?? "ended");
        _audit.ChannelViolated(channel, failure?.Error, failure?.Detail ?? "");
    }
}
