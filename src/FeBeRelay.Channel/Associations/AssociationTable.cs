using System.Collections.Concurrent;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Associations;

/// <summary>
/// The associations of a node. An id is unique only at the responder that chose it (docs/protocol.md 2.10): this node looks up by id only those that it
/// issued, and its own as an initiator by peer. Thread-safe.
/// </summary>
public sealed class AssociationTable(ILogger<AssociationTable> logger) : IDisposable
{
    /// <summary>After that without a stream, nothing is left of what was negotiated: idle channels are closed, then their association is given up.</summary>
    public static readonly TimeSpan LongestUnused = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Association> _issued = new();
    private readonly ConcurrentDictionary<string, Association> _opened = new();
    private readonly ConcurrentDictionary<Association, byte> _all = new();
    private readonly Lock _counting = new();
    private AssociationTotals _ended;
    private long _channelsMade;

    /// <summary>Every association that is alive, or whose channels are.</summary>
    public IReadOnlyCollection<Association> All
    {
        get
        {
            DropEnded();
            return [.. _all.Keys];
        }
    }

    /// <summary>What all came to since the node's start.</summary>
    public AssociationTotals Totals
    {
        get
        {
            lock (_counting)
            {
                return _all.Keys.Aggregate(_ended, static (sum, one) => sum.With(one)) with { ChannelsMade = Interlocked.Read(ref _channelsMade) };
            }
        }
    }

    /// <summary>An association was made.</summary>
    public event Action<Association>? Added;

    /// <summary>An association is gone, and why. Handlers return at once.</summary>
    public event Action<Association, string>? Ended;

    /// <summary>An association is given up because its peer's certificate no longer counts; its channels are being cut. Handlers return at once.</summary>
    public event Action<Association, CertificateProblem>? Revoked;

    /// <summary>A channel was made. Handlers return at once.</summary>
    public event Action<SecureChannel>? ChannelAdded;

    /// <summary>A channel is over; its keys and totals can still be read. Handlers return at once.</summary>
    public event Action<SecureChannel>? ChannelEnded;

    /// <summary>Keeps an association that this node opened towards a peer; it takes the place of an older one.</summary>
    internal void AddOpened(string peerNode, Association association)
    {
        if (_opened.TryGetValue(peerNode, out Association? old))
        {
            Retire(old, "replaced");
        }
        _opened[peerNode] = association;
        Keep(association);
    }

    /// <summary>Keeps an association that this node issued.</summary>
    internal void AddIssued(Association association)
    {
        _issued[association.Id] = association;
        Keep(association);
    }

    /// <summary>The usable association that this node opened towards a peer, or null.</summary>
    internal Association? FindOpened(string peerNode) =>
        _opened.TryGetValue(peerNode, out Association? association) && association.IsUsable ? association : null;

    /// <summary>The usable association that this node issued under an id, or null.</summary>
    internal Association? FindIssued(ReadOnlySpan<byte> id) =>
        _issued.TryGetValue(Convert.ToHexStringLower(id), out Association? association) && association.IsUsable ? association : null;

    /// <summary>An association by its id, of whichever role; null where there is none.</summary>
    public Association? Find(string id) => _all.Keys.FirstOrDefault(association => association.Id == id);

    /// <summary>Drops an association: no channel is made under it from now on. It has ended when its last channel has.</summary>
    public void Retire(Association association, string reason)
    {
        ArgumentNullException.ThrowIfNull(association);
        association.EndReason ??= reason;
        _issued.TryRemove(new(association.Id, association));
        foreach ((string peer, Association opened) in _opened)
        {
            if (ReferenceEquals(opened, association))
            {
                _opened.TryRemove(new(peer, opened));
            }
        }
        // What a quick mode still runs under ends with a later sweep.
        if (association.TryEnd() && TryRemove(association))
        {
            ChannelLog.AssociationEnded(logger, association.Id, association.Peer.Name, association.EndReason, association.QuickModes, association.Totals);
            Ended?.Invoke(association, association.EndReason);
        }
    }

    private bool TryRemove(Association association)
    {
        lock (_counting)
        {
            bool removed = _all.TryRemove(association, out _);
            _ended = removed ? _ended.With(association) : _ended;
            return removed;
        }
    }

    /// <summary>
    /// Checks every peer's certificates or key anew, after the node's roots, revocation lists or pre-shared keys have changed or a list has ended. An association whose peer would
    /// be refused now is given up, and its channels are cut.
    /// </summary>
    /// <param name="identity">What the node believes.</param>
    public void Recheck(NodeIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        foreach (Association association in _all.Keys)
        {
            if (identity.Recheck(association) is { } problem)
            {
                Revoke(association, problem);
            }
        }
    }

    /// <summary>Has every association replaced while its channels go on: the node's own certificate is another.</summary>
    public void RenewAll()
    {
        foreach (Association association in _all.Keys)
        {
            association.MakeDue();
        }
    }

    private void Revoke(Association association, CertificateProblem problem)
    {
        if (association.EndReason == problem.Explanation)
        {
            return;
        }
        association.EndReason = problem.Explanation;
        association.IsRevoked = true;
        ChannelLog.AssociationRevoked(logger, association.Id, association.Peer.Name, problem.Explanation, association.Channels.Count);
        Revoked?.Invoke(association, problem);
        Retire(association, problem.Explanation);
        Cut(association);
    }

    private static void Cut(Association association)
    {
        foreach (SecureChannel channel in association.Channels)
        {
            _ = channel.AbortAsync(ErrorCode.NotAuthorised).AsTask();
        }
    }

    /// <summary>The log, for what happens to the channels under them.</summary>
    internal ILogger Logger => logger;

    /// <summary>Looks after all channels, and drops associations that are expired and carry nothing. Called by the node's timer.</summary>
    public void Sweep()
    {
        foreach (Association association in _all.Keys)
        {
            if (association.IsCertificateOver)
            {
                Revoke(association, new CertificateProblem(IdentityRefusal.Expired, $"the certificate of {association.Peer.Name} has expired"));
            }
            if (association.IsRevoked)
            {
                // A quick mode that was under way then has made another channel since.
                Cut(association);
            }
            foreach (SecureChannel channel in association.Channels)
            {
                channel.KeepUp();
            }
        }
        DropEnded();
    }

    private void DropEnded()
    {
        foreach (Association association in _all.Keys)
        {
            if (association.Channels.Count == 0 && association.UnusedFor >= LongestUnused)
            {
                Retire(association, "unused");
            }
            else if (association.IsExpired || (!IsFindable(association) && association.Channels.Count == 0))
            {
                Retire(association, "expired");
            }
        }
    }

    /// <summary>Ends all associations that carry nothing: the node stops.</summary>
    public void EndAll()
    {
        foreach (Association association in _all.Keys)
        {
            Retire(association, "the node stops");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Association association in _all.Keys)
        {
            association.Dispose();
        }
    }

    private bool IsFindable(Association association) => association.Role == Role.Responder
        ? _issued.ContainsKey(association.Id)
        : _opened.Values.Contains(association);

    private void Keep(Association association)
    {
        _all[association] = 0;
        ChannelLog.AssociationMade(
            logger, association.Id, association.Role, association.Peer.Name, association.Peer.Fingerprint, association.Suite.Name, association.Group.Name,
            association.Lifetimes.AssociationSeconds, association.Lifetimes.KeySeconds, association.Lifetimes.KeyKilobytes);
        association.ChannelAdded = Add;
        association.ChannelEnded = channel => ChannelEnded?.Invoke(channel);
        Added?.Invoke(association);
    }

    private void Add(SecureChannel channel)
    {
        if (channel.QuickModes == 0)
        {
            // Otherwise it came from another association.
            Interlocked.Increment(ref _channelsMade);
        }
        ChannelAdded?.Invoke(channel);
    }
}
