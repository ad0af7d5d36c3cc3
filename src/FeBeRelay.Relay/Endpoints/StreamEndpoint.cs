using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Streams;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Endpoints;

/// <summary>A relay endpoint of kind <c>stream</c>: each accepted connection is one stream of a service at a peer, byte by byte.</summary>
internal sealed class StreamEndpoint : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _service;
    private readonly ChannelPool _pool;
    private readonly Socket _listening;
    private readonly TimeProvider _time;
    private readonly AuditLog _audit;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _killing = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Listens at once.</summary>
    /// <param name="name">The endpoint's name in the configuration.</param>
    /// <param name="listen">Where the application sends its plain traffic.</param>
    /// <param name="service">The service asked for at the peer.</param>
    /// <param name="pool">Channels to the peer.</param>
    /// <param name="audit">The audit log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public StreamEndpoint(string name, EndPoint listen, string service, ChannelPool pool, AuditLog audit, TimeProvider time, ILogger logger)
    {
        _name = name;
        _service = service;
        _pool = pool;
        _audit = audit;
        _time = time;
        _logger = logger;
        _listening = ListeningSocket.Bind(listen);
        LocalEndPoint = _listening.LocalEndPoint!;
        RelayLog.EndpointOpen(_logger, _name, LocalEndPoint, service, pool.Peer.Name);
    }

    /// <summary>Where it listens, with the port that the system chose.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Streams that are open.</summary>
    public int OpenStreams => _running.Count;

    /// <summary>Starts to accept.</summary>
    public void Start() => _ = AcceptLoop.RunAsync(_listening, Accept, _time, _logger, _stopping.Token);

    /// <summary>Stops accepting, and waits for the open streams until told to cut them.</summary>
    public async Task DrainAsync(CancellationToken cut)
    {
        // Closed at once: who connects from here on is refused.
        _listening.Dispose();
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (LocalEndPoint is UnixDomainSocketEndPoint unix)
        {
            File.Delete(unix.ToString());
        }
        using CancellationTokenRegistration registration = cut.Register(_killing.Cancel);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
    }

    /// <summary>Stops and cuts the open streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _stopping.Dispose();
        _killing.Dispose();
    }

    private void Accept(Socket application)
    {
        if (!_audit.MayAdmit)
        {
            SocketTuning.Reset(application);
            return;
        }
        Task running = ServeAsync(application);
        _running[running] = 0;
        _ = running.ContinueWith(t => _running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket application)
    {
        long since = _time.GetTimestamp();
        try
        {
            SocketTuning.Apply(application, application.RemoteEndPoint);
            RentedChannel rented = await _pool.RentAsync(_killing.Token).ConfigureAwait(false);
            await CarryAsync(rented, application, since).ConfigureAwait(false);
        }
        catch (NegotiationException e)
        {
            RelayLog.NoChannel(_logger, _name, _service, e.Message);
            SocketTuning.Reset(application);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            RelayLog.NoChannel(_logger, _name, _service, e.Message);
            SocketTuning.Reset(application);
        }
    }

    private async Task CarryAsync(RentedChannel rented, Socket application, long since)
    {
        uint number = rented.Channel.StreamNumber + 1;
        try
        {
            await rented.Channel.OpenAsync(new StreamOpen(
                number, Demand.Require, _service, application.RemoteEndPoint as IPEndPoint, application.LocalEndPoint as IPEndPoint)).ConfigureAwait(false);
        }
        catch
        {
            await rented.Channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        _audit.ServiceUsed(rented.Channel, _service, _name);
        var pump = new StreamPump(rented.Channel, application);
        StreamFailure? failure = await pump.RunAsync(_killing.Token).ConfigureAwait(false);
        if (failure is null)
        {
            rented.Return();
        }
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
