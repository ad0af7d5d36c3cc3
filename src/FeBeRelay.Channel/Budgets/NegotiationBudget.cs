using System.Net;

namespace FeBeRelay.Channel.Budgets;

/// <summary>Says which connections are heard at all, and which may cost public-key work, before any of it is done. Thread-safe.</summary>
/// <param name="connections">Connections that the node may have at once: who is not authenticated yet gets no more than a share of them.</param>
/// <param name="time">The clock.</param>
internal sealed class NegotiationBudget(int connections, TimeProvider time)
{
    private readonly int _hardStrangers = Math.Clamp(connections / 2, 1, NegotiationLimits.HardStrangers);
    private readonly int _hardSource = Math.Clamp(connections / 4, 1, NegotiationLimits.HardSource);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, SourceAccount> _accounts = [];
    private readonly SourceAccount _others = new(time);
    private readonly TokenBucket _strangersMainModes = SourceAccount.BucketOf(NegotiationLimits.MainModesOfStrangers, time);
    private long? _forgotten;
    private int _running;
    private int _strangers;

    /// <summary>Connections in negotiation.</summary>
    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    /// <summary>Addresses of which account is kept.</summary>
    public int Accounts
    {
        get
        {
            lock (_lock)
            {
                return _accounts.Count;
            }
        }
    }

    /// <summary>Takes a connection in, or says why not.</summary>
    /// <param name="from">The other side's address.</param>
    /// <param name="refusal">Why it is to be closed unheard; null if it is not.</param>
    /// <param name="warning">A soft limit that it is above; null if it is not.</param>
    /// <returns>What it holds until its negotiation is over; null if it is to be closed.</returns>
    public NegotiationSlot? Enter(IPAddress from, out string? refusal, out string? warning)
    {
        lock (_lock)
        {
            SourceAccount account = AccountOf(from);
            bool isKnown = account.IsKnown;
            refusal = Refusal(account, isKnown);
            warning = refusal is null ? Warning(account, isKnown) : null;
            if (refusal is not null)
            {
                return null;
            }
            account.Running++;
            _running++;
            _strangers += isKnown ? 0 : 1;
            return new NegotiationSlot(this, account, isKnown);
        }
    }

    /// <summary>Whether main mode may be answered; counts as done.</summary>
    internal bool MayDoMainMode(SourceAccount account, bool isKnown)
    {
        lock (_lock)
        {
            return account.MainModes.TryTake() && (isKnown || _strangersMainModes.TryTake());
        }
    }

    /// <summary>The negotiation is over.</summary>
    internal void Leave(SourceAccount account, bool wasKnown)
    {
        lock (_lock)
        {
            account.Running--;
            _running--;
            _strangers -= wasKnown ? 0 : 1;
        }
    }

    /// <summary>A peer has proved itself: what comes from its address from now on is not of a stranger.</summary>
    internal void PeerProved(SourceAccount account)
    {
        lock (_lock)
        {
            // What many addresses share cannot become known by one of them.
            if (account != _others)
            {
                account.PeerProved();
            }
        }
    }

    private string? Refusal(SourceAccount account, bool isKnown) =>
        _running >= NegotiationLimits.HardAll ? $"{NegotiationLimits.HardAll} negotiations are running"
        : isKnown ? null
        : _strangers >= _hardStrangers ? $"{_hardStrangers} negotiations with unknown addresses are running"
        : account.Running >= _hardSource ? $"{_hardSource} negotiations with that address are running"
        : null;

    private string? Warning(SourceAccount account, bool isKnown) =>
        _running >= NegotiationLimits.SoftAll ? $"{_running} negotiations are running, of {NegotiationLimits.HardAll}"
        : isKnown ? null
        : _strangers >= Math.Min(NegotiationLimits.SoftStrangers, _hardStrangers / 2) ? $"{_strangers} negotiations with unknown addresses are running, of {_hardStrangers}"
        : account.Running >= Math.Min(NegotiationLimits.SoftSource, _hardSource / 2) ? $"{account.Running} negotiations with that address are running, of {_hardSource}"
        : null;

    private SourceAccount AccountOf(IPAddress from)
    {
        IPAddress key = SourceAccount.KeyOf(from);
        if (_accounts.TryGetValue(key, out SourceAccount? account))
        {
            return account;
        }
        if (_accounts.Count >= NegotiationLimits.Sources)
        {
            ForgetIdle();
        }
        return _accounts.Count >= NegotiationLimits.Sources ? _others : _accounts[key] = new SourceAccount(time);
    }

    /// <summary>At most once a second: who comes from ever new addresses must not make this the work.</summary>
    private void ForgetIdle()
    {
        if (_forgotten is { } forgotten && time.GetElapsedTime(forgotten) < TimeSpan.FromSeconds(1))
        {
            return;
        }
        _forgotten = time.GetTimestamp();
        foreach (IPAddress idle in _accounts.Where(pair => pair.Value.IsIdle).Select(pair => pair.Key).ToList())
        {
            _accounts.Remove(idle);
        }
    }
}
