using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Connections;

/// <summary>The node port: accepts connections of other nodes, answers main mode and quick mode, and hands out channels.</summary>
public sealed class ChannelListener : IAsyncDisposable
{
    // Lines of one kind in a minute: a flood must not fill the log.
    private const int TurnedAwayLines = 10;
    private const int FailureLines = 60;
    private const string SocketName = "listener";

    private readonly NodeIdentity _identity;
    private readonly IPeerAdmission _admission;
    private readonly AssociationTable _associations;
    private readonly Func<SecureChannel, Task> _serve;
    private readonly ConnectionCap _cap;
    private readonly TimeProvider _time;
    private readonly ILogger<ChannelListener> _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly ConcurrentDictionary<Task, byte> _negotiating = new();
    private readonly List<ListeningSocket> _sockets = [];
    private readonly NegotiationBudget _budget;
    private readonly LogRation _turnedAwayLines;
    private readonly LogRation _warningLines;
    private readonly LogRation _failureLines;

    /// <param name="identity">Who this node is.</param>
    /// <param name="admission">Which peers get associations and channels, and how they are protected.</param>
    /// <param name="associations">Where associations are kept.</param>
    /// <param name="serve">Serves one channel until its end; owns it.</param>
    /// <param name="cap">Counts the node's connections.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public ChannelListener(
        NodeIdentity identity, IPeerAdmission admission, AssociationTable associations, Func<SecureChannel, Task> serve, ConnectionCap cap, TimeProvider time, ILogger<ChannelListener> logger)
    {
        _identity = identity;
        _admission = admission;
        _associations = associations;
        _serve = serve;
        _cap = cap;
        _time = time;
        _logger = logger;
        _budget = new NegotiationBudget(cap.Hard, time);
        _turnedAwayLines = new LogRation(TurnedAwayLines, time);
        // A ration of its own: what is turned away must be told though the warnings came first.
        _warningLines = new LogRation(TurnedAwayLines, time);
        _failureLines = new LogRation(FailureLines, time);
    }

    /// <summary>Where it listens, with the ports that the system chose.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _sockets.Select(s => (IPEndPoint)s.LocalEndPoint)];

    /// <summary>A connection did not become a channel. Handlers return at once.</summary>
    public event Action<NegotiationFailure>? Failed;

    /// <summary>A connection from there was closed unheard, because too many negotiations were running. Handlers return at once.</summary>
    public event Action<EndPoint>? TurnedAway;

    /// <summary>Asked for each connection: false closes it unheard.</summary>
    public Func<bool> MayAccept { get; init; } = static () => true;

    /// <summary>Starts to accept on one more address.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="inherited">What the process was started with; a node port's name there is <c>listener</c>.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public void Listen(IPEndPoint endPoint, InheritedSockets? inherited = null)
    {
        var socket = ListeningSocket.Open(inherited ?? InheritedSockets.None, SocketName, endPoint);
        _sockets.Add(socket);
        ChannelLog.NodePortOpen(_logger, (IPEndPoint)socket.LocalEndPoint);
        socket.Start(Accept, _time, _logger);
    }

    /// <summary>Stops accepting, and lets the negotiations that have begun come to their channels; channels that are alive go on.</summary>
    /// <param name="cut">Cuts the negotiations.</param>
    public async Task StopAcceptingAsync(CancellationToken cut)
    {
        await Task.WhenAll(_sockets.Select(s => s.StopAsync())).ConfigureAwait(false);
        using (cut.Register(_ending.Cancel))
        {
            await Task.WhenAll(_negotiating.Keys).ConfigureAwait(false);
        }
        await _ending.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Stops accepting and waits for what is running; the caller has ended the channels.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAcceptingAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        foreach (ListeningSocket socket in _sockets)
        {
            await socket.DisposeAsync().ConfigureAwait(false);
        }
        _ending.Dispose();
    }

    /// <summary>Takes over a connection that was accepted elsewhere and whose first bytes are this protocol's.</summary>
    /// <param name="socket">The connection; owned from here on.</param>
    /// <param name="received">What was received from it, at most <see cref="Preface.Size"/> bytes and what came with them.</param>
    public void Take(StreamSocket socket, ReadOnlyMemory<byte> received)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (!MayAccept() || !_cap.TryEnter(socket.Socket))
        {
            socket.Reset();
            return;
        }
        var from = (IPEndPoint)socket.Socket.RemoteEndPoint!;
        NegotiationSlot? slot = _budget.Enter(from.Address, out string? refusal, out string? warning);
        if (warning is not null && _warningLines.TryTake(_logger))
        {
            ChannelLog.ManyNegotiations(_logger, from.Address, warning);
        }
        if (slot is not null)
        {
            Track(ServeCountedAsync(socket, slot, received));
            return;
        }
        if (_turnedAwayLines.TryTake(_logger))
        {
            ChannelLog.TurnedAway(_logger, from, refusal!);
        }
        TurnedAway?.Invoke(from);
        socket.Reset();
        _cap.Leave();
    }

    private void Accept(Socket socket) => Take(StreamSocket.Of(socket), ReadOnlyMemory<byte>.Empty);

    private async Task ServeCountedAsync(StreamSocket socket, NegotiationSlot slot, ReadOnlyMemory<byte> received)
    {
        try
        {
            await ServeAsync(socket, slot, received).ConfigureAwait(false);
        }
        finally
        {
            _cap.Leave();
        }
    }

    private async Task ServeAsync(StreamSocket socket, NegotiationSlot slot, ReadOnlyMemory<byte> received)
    {
        var handedOut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _negotiating[handedOut.Task] = 0;
        Task serving = Task.CompletedTask;
        try
        {
            if (await NegotiateAsync(socket, slot, received).ConfigureAwait(false) is { } channel)
            {
                serving = _serve(channel);
            }
        }
        finally
        {
            _negotiating.TryRemove(handedOut.Task, out _);
            handedOut.SetResult();
        }
        await serving.ConfigureAwait(false);
    }

    private async Task<SecureChannel?> NegotiateAsync(StreamSocket socket, NegotiationSlot slot, ReadOnlyMemory<byte> received)
    {
        SecureChannel? channel = null;
        var attempt = new ResponderAttempt(_identity, _admission, _associations, slot, _time, socket);
        var from = (IPEndPoint)socket.Socket.RemoteEndPoint!;
        try
        {
            SocketTuning.Apply(socket.Socket);
            channel = await attempt.RunAsync(received, _ending.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProtocolException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            if (_failureLines.TryTake(_logger))
            {
                ChannelLog.NegotiationFailed(_logger, from, (e as ProtocolException)?.Error.ToString() ?? e.GetType().Name, e.Message);
            }
            if (!_ending.IsCancellationRequested)
            {
                Failed?.Invoke(attempt.Failure(e));
            }
        }
        finally
        {
            slot.Dispose();
            if (channel is null)
            {
                socket.Dispose();
            }
        }
        return channel;
    }

    private void Track(Task task)
    {
        _running[task] = 0;
        _ = task.ContinueWith(t => _running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
