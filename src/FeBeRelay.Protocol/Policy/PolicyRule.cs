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

    /// <summary>The rule as it was written, where its policy is audit-only and this one lets more pass; else null.</summary>
    public PolicyRule? Written { get; init; }

    /// <summary>Whether what is taken clear by this rule would be refused if its policy were enforced.</summary>
    public bool WouldRefuseClear => Written is { TakesClear: false };

    /// <summary>Whether what is sent clear by this rule would not be if its policy were enforced.</summary>
    public bool WouldNotSendClear => Written is { MaySendClear: false };

    /// <summary>Whether nothing at all would pass if its policy were enforced.</summary>
    public bool WouldBlock => Written is { Action: FilterAction.Block };

    /// <summary>Most tries in one attempt. One where nothing can go clear: certainty that the peer is not capable is of no use there, and its application may come again.</summary>
    public int Tries => MaySendClear ? Fallback.Tries : 1;

    /// <summary>Those of <c>inpass</c> and <c>soft</c> that are set, as reports write them.</summary>
    public IReadOnlyList<string> Flags => [.. InPass ? ["inpass"] : Array.Empty<string>(), .. Soft ? ["soft"] : Array.Empty<string>()];

    /// <summary>
    /// The rule of an audit-only policy: what it would refuse is tried protected, and passes clear where that fails for whatever reason. Only pins stand, which
    /// were promised before. A rule that falls back by itself keeps its own conditions for that.
    /// </summary>
    public PolicyRule ToAuditOnly() => Action switch
    {
        FilterAction.Permit or FilterAction.Respond => this,
        FilterAction.Negotiate when Soft => InPass ? this : this with { InPass = true, Written = this },
        _ => this with
        {
            Action = FilterAction.Negotiate,
            InPass = true,
            Soft = true,
            Ratchet = false,
            Fallback = Fallback with { Behaviour = FallbackBehaviour.WindowsXp },
            Written = this,
        },
    };

    /// <summary>Whether a clear connection that arrives may reach the back end.</summary>
    public bool TakesClear => Action is FilterAction.Permit or FilterAction.Respond || (Action == FilterAction.Negotiate && InPass);

    /// <summary>Whether there is a peer to whom clear bytes may go, an address for them given.</summary>
    public bool MaySendClear => Action is FilterAction.Permit or FilterAction.Respond || (Action == FilterAction.Negotiate && Soft);
}
