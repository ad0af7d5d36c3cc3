using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>
/// Dials a peer node: connect, main mode where there is no association, quick mode (docs/protocol.md 2, 3). One main mode at a time suffices where
/// its association is good for all who wait (see <see cref="MainModeGate"/>). Thread-safe.
/// </summary>
public sealed class ChannelConnector(PeerNode peer, NodeIdentity identity, AssociationTable associations, TimeProvider time)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly MainModeGate _gate = new();
    private readonly string _key = peer.AssociationKey;

    /// <summary>The peer that it dials.</summary>
    public PeerNode Peer => peer;

    /// <summary>Whether an association with the peer is alive.</summary>
    public bool HasAssociation => associations.FindOpened(_key) is not null;

    /// <summary>Whether the peer sent anything that parses as this protocol to the main mode that is in flight, or was the last one.</summary>
    public bool PeerSpeaks => _gate.PeerSpeaks;

    /// <summary>An attempt has failed. One retry that is part of the protocol (3.7) is not told. Handlers return at once.</summary>
    public event Action<NegotiationFailure>? Failed;

    /// <summary>Makes a channel. It is idle, and confirmed by its first record only.</summary>
    /// <param name="demand">What policy asks of the peer, should it come to main mode.</param>
    /// <param name="observe">Is told of each step done, with the time that it took.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NegotiationException">A step has failed, or the peer answered that the traffic may go clear.</exception>
    public async Task<SecureChannel> ConnectAsync(Demand demand, Action<NegotiationStep, TimeSpan>? observe, CancellationToken cancellation)
    {
        var steps = new StepTimer(time, observe);
        bool hasRetried = false;
        while (true)
        {
            Association? association = associations.FindOpened(_key);
            MainModeRun? run = null;
            if (association is null && !TryEnter(out run, out Task<Association>? running))
            {
                await running.WaitAsync(cancellation).ConfigureAwait(false);
                continue;
            }
            if (association is { IsSuspect: true } && _gate.Running is { } inQuestion)
            {
                // The peer, or another behind its address, said that it does not know it: what main mode brings is near. If that fails the association is still there.
                await Task.WhenAny(inQuestion).WaitAsync(cancellation).ConfigureAwait(false);
                continue;
            }
            try
            {
                SecureChannel? channel = await AttemptAsync(association, run, mayRetry: !hasRetried, demand, steps, cancellation).ConfigureAwait(false);
                if (channel is not null)
                {
                    return channel;
                }
            }
            catch (NegotiationException e) when (!hasRetried && IsRetried(association, e))
            {
                hasRetried = true;
            }
            catch (NegotiationException e) when (association is not null && peer.Security.ForwardSecrecy && e is { Step: NegotiationStep.QuickMode, Code: ErrorCode.NegotiationFailed })
            {
                // With a share in M1 only this is refused so (3.5): another association can have what the peer allows now.
                associations.Retire(association, "the peer no longer allows its suite or group");
            }
        }
    }

    /// <summary>
    /// Asks the peer by main mode whether it wants security, and closes the connection after its answer. Returns where it does: the association is kept.
    /// </summary>
    /// <exception cref="NegotiationException">It does not, or a step has failed.</exception>
    public async Task EnquireAsync(CancellationToken cancellation)
    {
        if (!TryEnter(out MainModeRun? run, out Task<Association>? running))
        {
            await running.WaitAsync(cancellation).ConfigureAwait(false);
            return;
        }
        await AssociateAsync(run, Demand.None, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether another association has taken the place of that one.</summary>
    internal bool HasSuccessor(Association present) => associations.FindOpened(_key) is { } newest && newest != present;

    /// <summary>The association for one more in-band quick mode, already counted and held: the present one, or one that main mode makes on a connection of its own.</summary>
    /// <exception cref="NegotiationException">There is none, and none can be made.</exception>
    internal async Task<Association> AssociationForExchangeAsync(CancellationToken cancellation)
    {
        // What a channel's first stream began with is long over: nothing waits for this.
        Activity.Current = null;
        while (true)
        {
            if (associations.FindOpened(_key) is { IsNearItsEnd: false } present && present.TryCountQuickMode())
            {
                return present;
            }
            if (!TryEnter(out MainModeRun? run, out Task<Association>? running))
            {
                await running.WaitAsync(cancellation).ConfigureAwait(false);
                continue;
            }
            // What the channel carries stays protected.
            await AssociateAsync(run, Demand.Require, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Has the right to run one more main mode, or an outcome to wait for.</summary>
    internal bool TryEnter([NotNullWhen(true)] out MainModeRun? run, [NotNullWhen(false)] out Task<Association>? running) =>
        _gate.TryEnter(identity.LifetimesFor(peer.Security).QuickModes, out run, out running);

    /// <summary>Main mode alone, as one that has entered the gate.</summary>
    private async Task AssociateAsync(MainModeRun run, Demand demand, CancellationToken cancellation)
    {
        var steps = new StepTimer(time, observe: null);
        StreamSocket socket = await ConnectForMainModeAsync(run, steps, cancellation).ConfigureAwait(false);
        var attempt = new InitiatorAttempt(this, identity, associations, _gate, time, steps, socket, demand);
        try
        {
            await attempt.AssociationAsync(run, cancellation).ConfigureAwait(false);
        }
        catch (NegotiationException e) when (!e.IsAnswer)
        {
            Failed?.Invoke(attempt.Failure(e));
            throw;
        }
    }

    /// <summary>Drops an association that the peer has proved not to know.</summary>
    internal void Forget(Association association, string reason) => associations.Retire(association, reason);

    private async Task<SecureChannel?> AttemptAsync(Association? association, MainModeRun? run, bool mayRetry, Demand demand, StepTimer steps, CancellationToken cancellation)
    {
        StreamSocket socket = run is not null
            ? await ConnectForMainModeAsync(run, steps, cancellation).ConfigureAwait(false)
            : await ConnectSocketAsync(steps, cancellation).ConfigureAwait(false);
        var attempt = new InitiatorAttempt(this, identity, associations, _gate, time, steps, socket, demand);
        try
        {
            return run is not null
                ? await attempt.MainModeAsync(run, cancellation).ConfigureAwait(false)
                : await attempt.QuickModeAsync(association!, cancellation).ConfigureAwait(false);
        }
        catch (NegotiationException e) when (!e.IsAnswer && !(mayRetry && IsRetried(association, e)))
        {
            Failed?.Invoke(attempt.Failure(e));
            throw;
        }
    }

    /// <summary>Connects as one that has entered the gate: a failure is also that of those who wait.</summary>
    private async Task<StreamSocket> ConnectForMainModeAsync(MainModeRun run, StepTimer steps, CancellationToken cancellation)
    {
        try
        {
            return await ConnectSocketAsync(steps, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _gate.Fail(run, e);
            throw;
        }
    }

    private async Task<StreamSocket> ConnectSocketAsync(StepTimer steps, CancellationToken cancellation)
    {
        try
        {
            return await DialAsync(steps, cancellation).ConfigureAwait(false);
        }
        catch (NegotiationException e)
        {
            Failed?.Invoke(new NegotiationFailure(Role.Initiator, e.Step, e.Message) { Remote = peer.Address, PeerNode = peer.Name });
            throw;
        }
    }

    private async Task<StreamSocket> DialAsync(StepTimer steps, CancellationToken cancellation)
    {
        try
        {
            await Dialer.ResolveAsync(peer.Address, peer.SourceAddress, cancellation).ConfigureAwait(false);
            steps.Done(NegotiationStep.Resolve);
        }
        catch (SocketException e)
        {
            throw new NegotiationException(NegotiationStep.Resolve, $"the name of node {peer.Name} ({peer.Address}) is not known: {e.Message}", e) { Observation = PeerBehaviour.Of(e) };
        }
        try
        {
            StreamSocket socket = await Dialer.ConnectStreamAsync(peer.Address, peer.SourceAddress, near: null, ConnectTimeout, time, cancellation).ConfigureAwait(false);
            steps.Done(NegotiationStep.Connect);
            return socket;
        }
        catch (SocketException e)
        {
            throw new NegotiationException(NegotiationStep.Connect, $"node {peer.Name} ({peer.Address}) cannot be reached: {e.Message}", e) { Observation = PeerBehaviour.Of(e) };
        }
    }

    /// <summary>
    /// What is tried once more, on a new connection: an alert in answer to M1 may be forged, or a counter may have been outrun (3.7); and the peer may have
    /// given up the association that main mode has just made (3.8).
    /// </summary>
    private static bool IsRetried(Association? tried, NegotiationException e) => e.InnerException is ProtocolException inner
        && (inner.Error == ProtocolError.UnknownAssociation || (inner.Error == ProtocolError.AlertedByPeer && tried is not null));
}
