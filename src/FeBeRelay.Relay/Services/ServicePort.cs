using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Streams;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Services;

/// <summary>What the own ports of all services share.</summary>
/// <param name="Policy">Decides on clear connections.</param>
/// <param name="Channels">Takes connections that turn out to be of this protocol.</param>
/// <param name="Clear">Carries the others.</param>
/// <param name="Cap">Counts the node's connections.</param>
/// <param name="Sockets">What the process was started with; a port's name there is <c>service.NAME</c>.</param>
/// <param name="Audit">The audit log.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record ServicePortContext(
    InboundPolicy Policy, ChannelListener Channels, ClearConnections Clear, ConnectionCap Cap, InheritedSockets Sockets, AuditLog Audit, TimeProvider Time, ILogger Logger)
{
    private const int LinesPerMinute = 60;

    /// <summary>Of the lines about clear connections that are refused: strangers bring them about.</summary>
    public LogRation RefusedLines { get; } = new(LinesPerMinute, Time);

    /// <summary>Of the lines about back ends that cannot be reached.</summary>
    public ServiceLines UnreachableLines { get; } = new(Time);
}

/// <summary>A service's own port: takes channels, and clear connections where policy lets it (docs/policy.md).</summary>
internal sealed class ServicePort : IAsyncDisposable
{
    /// <summary>Connections of which it is not known yet what they are; one more is closed at once.</summary>
    private const int MaxUndecided = 1_024;

    private readonly Service _service;
    private readonly ServicePortContext _context;
    private readonly ListeningSocket _listening;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _killing = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private int _undecided;

    /// <summary>Listens at once.</summary>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public ServicePort(Service service, IPEndPoint listen, ServicePortContext context)
    {
        _service = service;
        _context = context;
        _listening = ListeningSocket.Open(context.Sockets, $"service.{service.Name}", listen);
        EndPoint = (IPEndPoint)_listening.LocalEndPoint;
        InboundLog.ServicePortOpen(context.Logger, service.Name, EndPoint);
    }

    /// <summary>The service.</summary>
    public Service Service => _service;

    /// <summary>Where it listens, with the port that the system chose.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts to accept.</summary>
    public void Start() => _listening.Start(Accept, _context.Time, _context.Logger);

    /// <summary>Stops accepting, lets go of what has not begun, and waits for open clear connections until told to cut them.</summary>
    public async Task DrainAsync(CancellationToken cut)
    {
        await _listening.StopAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        using CancellationTokenRegistration registration = cut.Register(_killing.Cancel);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
    }

    /// <summary>Stops and cuts the open connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _listening.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _killing.Dispose();
    }

    private void Accept(Socket socket)
    {
        if (!_context.Audit.MayAdmit || !_context.Cap.TryEnter(socket))
        {
            SocketTuning.Reset(socket);
            return;
        }
        if (Interlocked.Increment(ref _undecided) > MaxUndecided)
        {
            _context.Cap.Leave();
            Interlocked.Decrement(ref _undecided);
            _context.Audit.TurnedAway(socket.RemoteEndPoint!);
            SocketTuning.Reset(socket);
            return;
        }
        Task running = ServeAsync(socket);
        _running[running] = 0;
        _ = running.ContinueWith(t => _running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        var stream = StreamSocket.Of(socket);
        bool isDecided = false;
        void Decided()
        {
            if (!isDecided)
            {
                isDecided = true;
                Interlocked.Decrement(ref _undecided);
            }
        }
        try
        {
            SocketTuning.Apply(socket);
            await new ServicePortConnection(_service, _context, stream, Decided, _stopping.Token, _killing.Token).RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException)
        {
            // It went before it was anything, or the node stops, or has no memory for it.
            stream.Reset();
        }
        finally
        {
            Decided();
            // Who turned out to be a node is counted by the node port by now.
            _context.Cap.Leave();
        }
    }
}
