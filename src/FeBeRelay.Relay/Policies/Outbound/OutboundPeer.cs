using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies.Pins;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>
/// A peer as one rule sees it: gathers the facts for <see cref="PolicyDecision"/>, does what the decision says and asks again, remembers what attempts
/// leave behind. One attempt at a time; who comes meanwhile waits for it. Thread-safe.
/// </summary>
internal sealed class OutboundPeer
{
    private readonly PeerNode _peer;
    private readonly IPEndPoint? _address;
    private readonly OutboundContext _context;
    private readonly RememberedPeer _memory;
    private readonly Lock _lock = new();
    private Attempt? _attempt;
    private Task _enquiry = Task.CompletedTask;

    /// <param name="peer">The peer.</param>
    /// <param name="address">One of its addresses, or null for what the configuration says.</param>
    /// <param name="context">What all peers share.</param>
    public OutboundPeer(PeerNode peer, IPEndPoint? address, OutboundContext context)
    {
        _peer = peer;
        _address = address;
        _context = context;
        _memory = new RememberedPeer(context.Time);
    }

    /// <summary>What becomes of a connection of the application: protected, clear or refused. Tries, and waits, as the decision says.</summary>
    /// <exception cref="Channel.Connections.NegotiationException">A fault of this node: nothing is known of the peer, so nothing is decided.</exception>
    /// <exception cref="IOException">The same.</exception>
    public Task<OutboundChoice> ChooseAsync(OutboundPath path, CancellationToken cancellation) => ChooseAsync(path, attempt: null, cancellation);

    /// <summary>
    /// The decision with the facts of this moment. To be taken immediately before the first clear byte: only what is clear then too may be sent.
    /// </summary>
    public OutboundDecision Decide(OutboundPath path) => Decide(path, AttemptFacts.None);

    /// <summary>Whether the peer is known as not capable: a soft association is alive.</summary>
    public bool IsNotCapable
    {
        get
        {
            lock (_lock)
            {
                return _memory.Now == PeerMemory.NotCapable;
            }
        }
    }

    /// <summary>Asks the peer, beside a clear connection, whether it wants security, unless that is under way. Done when what it came to counts; never fails.</summary>
    public Task Enquire(OutboundPath path)
    {
        lock (_lock)
        {
            return _enquiry.IsCompleted ? _enquiry = EnquireAsync(path) : _enquiry;
        }
    }

    private async Task EnquireAsync(OutboundPath path)
    {
        await Task.Yield();
        var attempt = new Attempt(path.Pool, asksOnly: true, _context.Time, _context.Ending);
        attempt.StartTry(AttemptFacts.None, Demand.None);
        try
        {
            OutboundChoice choice = await ChooseAsync(path, attempt, _context.Ending).ConfigureAwait(false);
            if (choice.Decision.Action == OutboundAction.Secure)
            {
                OutboundLog.PeerWantsSecurity(_context.Logger, path.Endpoint, _peer.Name, _context.Clear.Open.Count(c => c.Flow.Peer == _peer.Name));
                return;
            }
            OutboundLog.EnquiryEnded(_context.Logger, path.Endpoint, _peer.Name, Words(choice));
        }
        catch (Exception e) when (e is Channel.Connections.NegotiationException or IOException or OperationCanceledException)
        {
            OutboundLog.EnquiryEnded(_context.Logger, path.Endpoint, _peer.Name, $"not asked: {e.Message}");
        }
    }

    private static string Words(OutboundChoice choice) => choice.Decision switch
    {
        { Action: OutboundAction.FallBack } => $"not capable: {choice.Detail}",
        { IsClear: true } => "clear is what its policy says too",
        _ => $"nothing goes clear before it answers: {choice.Detail}",
    };

    private async Task<OutboundChoice> ChooseAsync(OutboundPath path, Attempt? attempt, CancellationToken cancellation)
    {
        while (true)
        {
            AttemptFacts facts = attempt?.Facts ?? AttemptFacts.None;
            if (facts.Fault is { } fault)
            {
                Forget(attempt!);
                throw fault as Channel.Connections.NegotiationException ?? (Exception)new IOException($"node {_peer.Name} cannot be tried: {fault.Message}", fault);
            }
            OutboundDecision decision = Decide(path, facts);
            switch (decision.Action)
            {
                case OutboundAction.Negotiate when attempt is null:
                    attempt = Join(path);
                    break;
                case OutboundAction.Negotiate:
                    attempt.StartTry(facts, decision.Demand);
                    break;
                case OutboundAction.Wait:
                    await WaitAsync(facts.Running!, path.Rule.Fallback.Timer - facts.Age, cancellation).ConfigureAwait(false);
                    break;
                case not OutboundAction.Secure when facts.Running is not null:
                    await attempt!.CutAsync().ConfigureAwait(false);
                    break;
                default:
                    Conclude(path, attempt, facts, decision);
                    return new OutboundChoice(decision, facts.Detail);
            }
        }
    }

    private OutboundDecision Decide(OutboundPath path, in AttemptFacts facts)
    {
        bool isTimerPassed = facts.Tries > 0 && facts.Age >= path.Rule.Fallback.Timer;
        return PolicyDecision.Outbound(new OutboundSituation
        {
            Rule = path.Rule,
            HasClearTo = path.Target.ClearTo is not null,
            IsEnquiryOn = path.Target.IsEnquiryOn,
            IsPinned = _context.Pins.IsPinned(_peer.Identity),
            IsAssociationLive = path.Pool.HasAssociation || _context.Pools.HasAssociation(_peer.Name, _address),
            Memory = Memory,
            Credentials = facts.Credentials,
            Seen = facts.Seen,
            IsTryRunning = facts.Running is not null,
            // A pinned peer that keeps silent would else be waited for as often as there are tries.
            AreTriesUsed = facts.Tries >= path.Rule.Tries || isTimerPassed,
            IsTimerPassed = isTimerPassed,
        });
    }

    private PeerMemory Memory
    {
        get
        {
            lock (_lock)
            {
                return _memory.Now;
            }
        }
    }

    private Attempt Join(OutboundPath path)
    {
        lock (_lock)
        {
            return _attempt ??= new Attempt(path.Pool, asksOnly: false, _context.Time, _context.Ending);
        }
    }

    /// <summary>Until the try ends; until the fallback timer passes, where it has not yet.</summary>
    private async Task WaitAsync(Task running, TimeSpan left, CancellationToken cancellation)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task timer = left > TimeSpan.Zero ? Task.Delay(left, _context.Time, done.Token) : Task.Delay(Timeout.Infinite, done.Token);
        await Task.WhenAny(running, timer).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        await done.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>The attempt is over, once for all that waited for it: what it leaves behind is remembered before anybody can begin another.</summary>
    private void Conclude(OutboundPath path, Attempt? attempt, in AttemptFacts facts, OutboundDecision decision)
    {
        bool falls;
        lock (_lock)
        {
            if (decision.Action == OutboundAction.Secure)
            {
                _memory.Remember(PeerMemory.Unknown, TimeSpan.Zero);
            }
            if (attempt is null || !TryEnd(attempt) || decision.Action == OutboundAction.Secure)
            {
                return;
            }
            AttemptLesson lesson = PolicyDecision.Learn(path.Rule, facts.Credentials, facts.Seen);
            _memory.Remember(lesson.Memory, path.Rule.Fallback.SoftLifetime);
            falls = lesson.Memory == PeerMemory.NotCapable;
        }
        if (falls)
        {
            TimeSpan life = path.Rule.Fallback.SoftLifetime;
            OutboundLog.FellBack(_context.Logger, path.Endpoint, _peer.Name, path.Rule.Name, (int)life.TotalSeconds, facts.Detail);
            _context.Audit.FallbackToSoft(path.Endpoint, _peer.Name, path.Rule.Name, (EndPoint?)_address ?? _peer.Address, life, facts.Detail);
        }
    }

    private void Forget(Attempt attempt)
    {
        lock (_lock)
        {
            TryEnd(attempt);
        }
    }

    /// <summary>False where another connection has ended it already. An enquiry has nobody who waits.</summary>
    private bool TryEnd(Attempt attempt)
    {
        if (attempt.IsEnquiry)
        {
            return true;
        }
        if (_attempt != attempt)
        {
            return false;
        }
        _attempt = null;
        return true;
    }
}
