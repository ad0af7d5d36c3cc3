namespace FeBeRelay.Protocol.Policy;

/// <summary>A node's policy: rules of its own, and under them its posture's, which matches all traffic.</summary>
public sealed class NodePolicy
{
    // The most specific first; what ties is an error that lint reports, and until it is mended the stricter rule holds.
    private readonly (PolicyRule Rule, PolicyFilter Filter)[] _inOrder;

    /// <param name="name">Its name.</param>
    /// <param name="posture">What holds where no rule matches.</param>
    /// <param name="rules">Rules of its own, in any order.</param>
    /// <param name="isAuditOnly">Whether what it would refuse passes all the same, and is told.</param>
    public NodePolicy(string name, Posture posture, IReadOnlyList<PolicyRule> rules, bool isAuditOnly = false)
    {
        ArgumentNullException.ThrowIfNull(posture);
        ArgumentNullException.ThrowIfNull(rules);
        Name = name;
        Posture = posture;
        OwnRules = rules;
        IsAuditOnly = isAuditOnly;
        (PolicyRule Rule, PolicyFilter Filter)[] written =
        [
            .. rules.SelectMany(rule => rule.Filters.Select(filter => (Rule: rule, Filter: filter)))
                .OrderByDescending(entry => entry.Filter.Specificity)
                .ThenBy(entry => Openness(entry.Rule))
                .ThenBy(entry => entry.Rule.Name, StringComparer.Ordinal),
            (posture.Rule, PolicyFilter.All),
        ];
        _inOrder = isAuditOnly ? [.. written.Select(entry => (entry.Rule.ToAuditOnly(), entry.Filter))] : written;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What holds where no rule of its own matches.</summary>
    public Posture Posture { get; }

    /// <summary>Whether nothing is enforced: <see cref="InOrder"/> has rules that let pass what those that were written would refuse.</summary>
    public bool IsAuditOnly { get; }

    /// <summary>The rules that were written, without the posture's.</summary>
    public IReadOnlyList<PolicyRule> OwnRules { get; }

    /// <summary>Every rule that holds with each of its filters, the one that is asked first in front; the posture's is last.</summary>
    public IReadOnlyList<(PolicyRule Rule, PolicyFilter Filter)> InOrder => _inOrder;

    /// <summary>A posture as a policy without rules of its own.</summary>
    public static NodePolicy Of(Posture posture)
    {
        ArgumentNullException.ThrowIfNull(posture);
        return new NodePolicy(posture.Name, posture, []);
    }

    /// <summary>The rule that decides on that traffic, the filter by which it does, and the less specific ones that match as well.</summary>
    public RuleMatch Find(Traffic traffic)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        (PolicyRule Rule, PolicyFilter Filter)[] matching = [.. _inOrder.Where(entry => entry.Filter.Matches(traffic))];
        return new RuleMatch(matching[0].Rule, matching[0].Filter, matching[1..]);
    }

    /// <summary>The rules of which one will decide when the peer's certificate is known, of a peer whose certificate is not known yet.</summary>
    public IReadOnlyList<PolicyRule> FindBeforeIdentity(Traffic traffic)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        static bool AsksIdentity(PolicyFilter filter) => filter.Peer.Kind is PeerFilterKind.Unit or PeerFilterKind.Identity;
        PolicyRule sure = _inOrder.First(entry => !AsksIdentity(entry.Filter) && entry.Filter.Matches(traffic)).Rule;
        IEnumerable<PolicyRule> perhaps = _inOrder
            .Where(entry => AsksIdentity(entry.Filter) && (entry.Filter with { Peer = PeerFilter.Any }).Matches(traffic))
            .Select(entry => entry.Rule);
        return [.. perhaps.Append(sure).Distinct()];
    }

    /// <summary>Pairs of rules that match the same traffic with filters of the same specificity: nothing says which of them holds.</summary>
    public IReadOnlyList<RuleTie> Ties() =>
    [
        .. from i in Enumerable.Range(0, OwnRules.Count)
           from j in Enumerable.Range(i + 1, OwnRules.Count - i - 1)
           from one in OwnRules[i].Filters
           from other in OwnRules[j].Filters
           where one.Ties(other)
           select new RuleTie(OwnRules[i], OwnRules[j], one),
    ];

    private static int Openness(PolicyRule rule) => rule.Action switch
    {
        FilterAction.Block => 0,
        FilterAction.Negotiate => 1 + (rule.InPass ? 1 : 0) + (rule.Soft ? 1 : 0),
        FilterAction.Respond => 4,
        _ => 5,
    };
}

/// <summary>The rule found for some traffic.</summary>
/// <param name="Rule">The rule that decides.</param>
/// <param name="Filter">Its filter that matched.</param>
/// <param name="LessSpecific">What matched as well, the more specific first.</param>
public sealed record RuleMatch(PolicyRule Rule, PolicyFilter Filter, IReadOnlyList<(PolicyRule Rule, PolicyFilter Filter)> LessSpecific);

/// <summary>Two rules of which neither is the more specific.</summary>
/// <param name="One">The first.</param>
/// <param name="Other">The second.</param>
/// <param name="Filter">What both say.</param>
public sealed record RuleTie(PolicyRule One, PolicyRule Other, PolicyFilter Filter);
