using System.Diagnostics.CodeAnalysis;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Channel.Connections;

/// <summary>
/// Few main modes towards a peer are in flight at a time: one, where its association suffices for all who wait; more only where associations are good for
/// fewer quick modes than there are who need one. Whoever does not run one waits for an outcome. Thread-safe.
/// </summary>
internal sealed class MainModeGate
{
    /// <summary>Main modes in flight at most.</summary>
    public const int Most = 8;

    private readonly Lock _lock = new();
    private readonly List<MainModeRun> _runs = new(Most);
    private bool _peerSpoke;

    /// <summary>Whether the peer sent anything that parses as this protocol to a main mode that is in flight, or to the one that ended last.</summary>
    public bool PeerSpeaks
    {
        get
        {
            lock (_lock)
            {
                return _runs.Count > 0 ? _runs.Any(run => run.PeerSpeaks) : _peerSpoke;
            }
        }
    }

    /// <summary>The outcome of the main mode that has been in flight for longest, or null.</summary>
    public Task<Association>? Running
    {
        get
        {
            lock (_lock)
            {
                return _runs.Count > 0 ? _runs[0].Outcome : null;
            }
        }
    }

    /// <summary>Enters as one that runs main mode, or gets an outcome to wait for.</summary>
    /// <param name="quickModes">How many quick modes an association is good for; 0: no limit. The one that runs main mode needs the first.</param>
    /// <param name="own">The run to bring to an end.</param>
    /// <param name="outcome">What to wait for.</param>
    public bool TryEnter(uint quickModes, [NotNullWhen(true)] out MainModeRun? own, [NotNullWhen(false)] out Task<Association>? outcome)
    {
        lock (_lock)
        {
            MainModeRun? other = quickModes == 0 ? _runs.FirstOrDefault() : _runs.Find(run => run.Takers + 1 < quickModes);
            other ??= _runs.Count == Most ? _runs[0] : null;
            if (other is not null)
            {
                other.Takers++;
                own = null;
                outcome = other.Outcome;
                return false;
            }
            own = new MainModeRun();
            outcome = null;
            _runs.Add(own);
            return true;
        }
    }

    /// <summary>Has a run watched for what its peer says.</summary>
    public void Watch(MainModeRun run, NegotiationBase negotiation)
    {
        lock (_lock)
        {
            run.Negotiation = negotiation;
        }
    }

    /// <summary>Main mode made an association.</summary>
    public void Succeed(MainModeRun run, Association association)
    {
        Leave(run);
        run.Succeed(association);
    }

    /// <summary>Main mode has failed: so it has for those who wait.</summary>
    public void Fail(MainModeRun run, Exception failure)
    {
        Leave(run);
        run.Fail(failure);
    }

    private void Leave(MainModeRun run)
    {
        lock (_lock)
        {
            if (!_runs.Remove(run))
            {
                throw new InvalidOperationException("this main mode has ended already");
            }
            _peerSpoke = run.PeerSpeaks;
            run.Negotiation = null;
        }
    }
}
