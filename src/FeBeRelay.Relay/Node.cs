using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Endpoints;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Outbound;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Streams;
using FeBeRelay.Relay.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Relay;

/// <summary>One node: its relay endpoints, its listener, its associations. Started once, drained once.</summary>
internal sealed partial class Node : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly NodeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly AuditLog _audit;
    private readonly ConnectionCap _cap;
    private readonly ServiceTable _services;
    private readonly InboundPolicy _inbound;
    private readonly ServiceServer _server;
    private readonly PinStore _pins;
    private readonly PeerPools _pools;
    private readonly OutboundPolicy _outbound;
    private readonly List<StreamEndpoint> _endpoints = [];
    private readonly List<ServicePort> _servicePorts = [];
    private readonly QuietMemory _memory = new();
    private readonly ITimer _sweep;
    private readonly CancellationTokenSource _ending = new();
    private readonly HttpEndpoints? _http;
    private readonly NodeHealth _health;
    private ManagementEndpoint? _management;
    private NodeTelemetry? _telemetry;
    private CounterHistory? _history;
    private ChannelListener? _listener;
    private volatile bool _started;
    private volatile bool _drained;

    public Node(NodeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<Node>();
        _audit = options.Audit;
        _cap = new ConnectionCap(options.MaxConnections ?? DescriptorLimit.Connections(DescriptorLimit.Current), time, loggers.CreateLogger<ConnectionCap>());
        _cap.Tightened += () => _audit.ConnectionsTight(_cap.Soft, _cap.Hard);
        _cap.Refused += _audit.ConnectionRefused;
        Associations = new AssociationTable(loggers.CreateLogger<AssociationTable>());
        Associations.Added += _audit.AssociationEstablished;
        Associations.Ended += _audit.AssociationEnded;
        Associations.Revoked += _audit.PeerRevoked;
        Associations.ChannelAdded += _audit.ChannelEstablished;
        Associations.ChannelEnded += _audit.ChannelEnded;
        _options.Policy.Changed += PolicyChanged;
        _options.Policy.Rejected += PolicyRejected;
        _services = new ServiceTable(options.Services);
        _inbound = new InboundPolicy(options.Policy, _services, options.Identity);
        _server = new ServiceServer(_services, _inbound, _audit, time, loggers.CreateLogger<ServiceServer>());
        Clear = new ClearConnections(_audit, time);
        _pins = OpenPins(options.Pins);
        _pools = new PeerPools(options.Peers, CreatePool);
        _outbound = new OutboundPolicy(
            options.Policy, new OutboundContext(_pools, _pins, Clear, _audit, time, loggers.CreateLogger<OutboundPolicy>(), _ending.Token));
        Associations.Added += _outbound.Reached;
        _http = options.Http is { HasEndpoints: true } http
            ? HttpEndpoints.Create(http with { Sockets = options.Sockets }, new BackEndContext(_pools.Find, _outbound, Clear, _audit, time), _cap, loggers)
            : null;
        Monitor = new NodeMonitor(Associations, _audit, options.Identity, options.Name, options.Policy, () => NodePorts, time);
        _health = new NodeHealth(() => _started && !_drained, options.Identity, _audit, time);
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>The node's associations.</summary>
    public AssociationTable Associations { get; }

    /// <summary>The node ports, with the ports that the system chose.</summary>
    public IReadOnlyList<IPEndPoint> NodePorts => _listener?.EndPoints ?? [];

    /// <summary>Channels to peers that wait for their next stream.</summary>
    public int IdleChannels => _pools.IdleCount;

    /// <summary>The clear connections that are open.</summary>
    public ClearConnections Clear { get; }

    /// <summary>The http endpoints, if the node has any.</summary>
    public HttpEndpoints? Http => _http;

    /// <summary>Reads the node's figures.</summary>
    public NodeMonitor Monitor { get; }

    /// <summary>Where it is managed, if it is.</summary>
    public ManagementEndpoint? Management => _management;

    /// <summary>Opens a stream of a service at a peer, for code in this process.</summary>
    public Task<SecureChannelStream> OpenStreamAsync(string peer, string service, CancellationToken cancellation) =>
        _pools.Get(peer, null, SecurityMethods.Default).OpenStreamAsync(service, cancellation);

    /// <summary>Where an endpoint listens, with the port that the system chose.</summary>
    public EndPoint EndPointOf(string endpoint) =>
        _endpoints[_options.Endpoints.ToList().FindIndex(e => e.Name == endpoint)].LocalEndPoint;

    /// <summary>Where a service's own port is, with the port that the system chose.</summary>
    public IPEndPoint ServicePortOf(string service) => _servicePorts.Single(p => p.Service.Name == service).EndPoint;

    /// <summary>Opens node ports and endpoints, and behind them, since it takes a tenth of a second to make, the management endpoint.</summary>
    /// <exception cref="NodeStartException">An address cannot be listened on, or the management folder not be had.</exception>
    public async Task StartAsync()
    {
        CheckDescriptors();
        await CheckPinsAsync().ConfigureAwait(false);
        if (_options.NodePorts.Count > 0)
        {
            _listener = new ChannelListener(
                _options.Identity, _inbound, Associations, _server.ServeAsync, _cap, _time, _loggers.CreateLogger<ChannelListener>())
            {
                MayAccept = () => _audit.MayAdmit,
            };
            _listener.Failed += _audit.NegotiationFailed;
            _listener.TurnedAway += _audit.TurnedAway;
            foreach (IPEndPoint port in _options.NodePorts)
            {
                Open(() => _listener.Listen(port, _options.Sockets), $"node port {port}");
            }
            OpenServicePorts(_listener);
            _ = WarnOfOtherWaysAsync();
        }
        foreach (EndpointOptions endpoint in _options.Endpoints)
        {
            Open(
                () => _endpoints.Add(new StreamEndpoint(endpoint, RouteOf(endpoint), Clear, _cap, _options.Sockets, _audit, _time, _loggers.CreateLogger<StreamEndpoint>())),
                $"relay endpoint {endpoint.Name} on {endpoint.Listen}");
        }
        await StartHttpAsync().ConfigureAwait(false);
        RequireAllTaken();
        _endpoints.ForEach(e => e.Start());
        _servicePorts.ForEach(p => p.Start());
        await StartManagementAsync().ConfigureAwait(false);
        foreach (PeerNode peer in _options.Peers.Where(p => p.WarmChannels > 0))
        {
            _outbound.KeepWarm(peer);
        }
        _started = true;
        WarnOfAuditOnly(_options.Policy.Current);
        RelayLog.NodeStarted(_logger, _options.Name);
        _audit.NodeStarted(_options.Identity.Certificate.DnsNames);
    }

    /// <summary>Stops accepting, lets streams finish until the deadline, closes channels authentically.</summary>
    /// <param name="cut">Cuts the drain short.</param>
    public async Task DrainAsync(CancellationToken cut)
    {
        if (_drained)
        {
            return;
        }
        _drained = true;
        _options.Policy.Changed -= PolicyChanged;
        _options.Policy.Rejected -= PolicyRejected;
        // A node that could not start has said so.
        ILogger logger = _started ? _logger : NullLogger.Instance;
        RelayLog.Draining(logger, (int)_options.Drain.TotalSeconds);
        using var deadline = new CancellationTokenSource(_options.Drain, _time);
        using CancellationTokenRegistration told = deadline.Token.Register(() => RelayLog.DrainDeadline(logger));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cut);
        Task negotiations = _listener?.StopAcceptingAsync(either.Token) ?? Task.CompletedTask;
        await Task.WhenAll([DrainRelayAsync(either.Token), _server.DrainAsync(negotiations, either.Token), .. _servicePorts.Select(p => p.DrainAsync(either.Token))])
            .ConfigureAwait(false);
        if (_listener is not null)
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
        }
        await (_management?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        Associations.EndAll();
        _audit.TellFloods();
        if (_started)
        {
            _audit.NodeStopped();
        }
        RelayLog.NodeStopped(logger, _options.Name);
    }

    /// <summary>Ends the node at once where it was not drained.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        if (_http is not null)
        {
            await _http.DisposeAsync().ConfigureAwait(false);
        }
        if (_management is not null)
        {
            await _management.DisposeAsync().ConfigureAwait(false);
        }
        foreach (ServicePort port in _servicePorts)
        {
            await port.DisposeAsync().ConfigureAwait(false);
        }
        _history?.Dispose();
        _telemetry?.Dispose();
        _server.Dispose();
        Associations.Dispose();
        _ending.Dispose();
    }

    private ChannelConnector Connector(PeerNode peer)
    {
        var connector = new ChannelConnector(peer, _options.Identity, Associations, _time);
        connector.Failed += _audit.NegotiationFailed;
        return connector;
    }

    private void OpenServicePorts(ChannelListener channels)
    {
        var context = new ServicePortContext(_inbound, channels, Clear, _cap, _options.Sockets, _audit, _time, _loggers.CreateLogger<ServicePort>());
        foreach (Service service in _services.All)
        {
            if (service.Listen is { } own)
            {
                Open(() => _servicePorts.Add(new ServicePort(service, own, context)), $"own port of service {service.Name} on {own}");
            }
        }
        WarnOfExposedPorts(_options.Policy.Current);
    }

    private void Sweep()
    {
        Associations.Sweep();
        if (_cap.IsTight)
        {
            _http?.CloseIdle();
        }
        _http?.CloseUnused(AssociationTable.LongestUnused);
        _pools.CloseUnused(AssociationTable.LongestUnused);
        _audit.TellFloods();
        if (_memory.IsDue(GC.GetTotalAllocatedBytes(), Buffers.Trim()))
        {
            QuietMemory.Collect();
        }
    }

    private async Task DrainRelayAsync(CancellationToken cut)
    {
        await Task.WhenAll([.. _endpoints.Select(e => e.DrainAsync(cut)), _http?.DrainAsync(cut) ?? Task.CompletedTask]).ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _pools.DisposeAsync().ConfigureAwait(false);
        await _pins.DisposeAsync().ConfigureAwait(false);
    }

    private ChannelPool CreatePool(PeerNode peer) =>
        new(Connector(peer), _loggers.CreateLogger<ChannelPool>()) { IsTight = () => _cap.IsTight };

    private OutboundRoute RouteOf(EndpointOptions endpoint) => _outbound.RouteTo(new OutboundTarget(_pools.Find(endpoint.Peer)!, endpoint.Service, endpoint.Name)
    {
        ClearTo = endpoint.ClearTo,
        IsEnquiryOn = endpoint.IsEnquiryOn,
    });

    private PinStore OpenPins(PinFile? file)
    {
        try
        {
            return new PinStore(file, _time, _loggers.CreateLogger<PinStore>());
        }
        catch (PinFileException e)
        {
            throw new NodeStartException(e.Message, e.Hint, e);
        }
    }

    private void CheckDescriptors()
    {
        if (DescriptorLimit.Current is not { } limit)
        {
            return;
        }
        if (limit < DescriptorLimit.Minimum)
        {
            throw new NodeStartException(
                $"this process may open {limit} files and connections only, and a node needs some hundreds before its first connection",
                $"raise the limit of open files (ulimit -n, LimitNOFILE of systemd) to {DescriptorLimit.Minimum} or more");
        }
        if (_cap.Hard > DescriptorLimit.Connections(limit))
        {
            throw new NodeStartException(
                $"node:maxConnections is {_cap.Hard}, but the {limit} files and connections that this process may open suffice for {DescriptorLimit.Connections(limit)}",
                "raise the limit of open files (ulimit -n, LimitNOFILE of systemd) to more than twice the connections, or lower node:maxConnections");
        }
    }

    /// <summary>A ratchet that could not keep its pins would be none after the next start.</summary>
    private async Task CheckPinsAsync()
    {
        try
        {
            if (_options is { Pins: { } file, Peers.Count: > 0 } && _options.Policy.Current.InOrder.Any(entry => entry.Rule.Ratchet))
            {
                await file.ProbeAsync().ConfigureAwait(false);
            }
        }
        catch (PinFileException e)
        {
            throw new NodeStartException(e.Message, e.Hint, e);
        }
    }

    private async Task StartHttpAsync()
    {
        try
        {
            await (_http?.StartAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new NodeStartException($"http endpoint cannot be opened: {e.Message}", "see Kestrel:Endpoints: stop the other program or choose another address", e);
        }
    }

    private void RequireAllTaken()
    {
        if (_options.Sockets.NotTaken is { Count: > 0 } rest)
        {
            throw new NodeStartException(
                $"the node was started with sockets that its configuration does not have: {string.Join(", ", rest)}",
                "names are relay.NAME, http.NAME, service.NAME or listener; the address must be the one in the configuration");
        }
    }

    private async Task WarnOfOtherWaysAsync()
    {
        IReadOnlyList<IPAddress> reachable = OtherWays.ReachableAddresses();
        foreach (Service service in _services.All)
        {
            if (await OtherWays.FindAsync(service, reachable, _time, CancellationToken.None).ConfigureAwait(false) is { } way)
            {
                RelayLog.OtherWayFound(_logger, service.Name, way);
                _audit.OtherWayToBackEnd(service.Name, way);
            }
        }
    }

    private void Open(Action open, string what)
    {
        try
        {
            open();
        }
        catch (SocketException e)
        {
            string fix = e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "stop the other program or choose another address"
                : e.SocketErrorCode == SocketError.AddressNotAvailable ? "the address is not one of this host's"
                : e.SocketErrorCode == SocketError.AccessDenied ? "ports below 1024 need the right to bind them, Unix sockets a writable folder"
                : "check the address";
            _audit.NodeFailed($"{what} cannot be opened: {e.Message}");
            throw new NodeStartException($"{what} cannot be opened: {e.Message}", fix, e);
        }
    }
}
