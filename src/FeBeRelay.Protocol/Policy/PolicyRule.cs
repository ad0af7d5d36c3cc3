namespace FeBeRelay.Protocol.Policy;

/// <summary>Filters, and what becomes of traffic that one of them matches.</summary>
public sealed record PolicyRule
{
    /// <summary>Its name in its policy.</summary>
    public required string Name { get; init; }

    /// <summary>At least one.</summary>
    public IReadOnlyList<PolicyFilter> Filters { get; init; } = [PolicyFilter.All];

    /// <summary>What it does.</summary>
    public required FilterAction Action { get; init; }

    /// <summary>Windows' <c>inpass</c>: clear connections are accepted, though this node itself starts protected ones. Counts with <see cref="FilterAction.Negotiate"/>.</summary>
    public bool InPass { get; init; }

    /// <summary>Windows' <c>soft</c>: a peer that is not capable is reached clear. Counts with <see cref="FilterAction.Negotiate"/>.</summary>
    public bool Soft { get; init; }

    /// <summary>Whether a peer once reached protected is pinned: from then on nothing goes clear to it.</summary>
    public bool Ratchet { get; init; }

    /// <summary>How it is protected.</summary>
    public SecurityMethods Security { get; init; } = SecurityMethods.Default;

    /// <summary>When a peer counts as not capable.</summary>
    public FallbackSettings Fallback { get; init; } = FallbackSettings.Default;

    /// <summary>Most tries in one attempt. One where nothing can go clear: certainty that the peer is not capable is of no use there, and its application may come again.</summary>
    public int Tries => MaySendClear ? Fallback.Tries : 1;

    /// <summary>Those of <c>inpass</c> and <c>soft</c> that are set, as reports write them.</summary>
    public IReadOnlyList<string> Flags => [.. InPass ? ["inpass"] : Array.Empty<string>(), .. Soft ? ["soft"] : Array.Empty<string>()];

    /// <summary>Whether a clear connection that arrives may reach the back end.</summary>
    public bool TakesClear => Action is FilterAction.Permit or FilterAction.Respond || (Action == FilterAction.Negotiate && InPass);

    /// <summary>Whether there is a peer to whom clear bytes may go, an address for them given.</summary>
    public bool MaySendClear => Action is FilterAction.Permit or FilterAction.Respond || (Action == FilterAction.Negotiate && Soft);
}
