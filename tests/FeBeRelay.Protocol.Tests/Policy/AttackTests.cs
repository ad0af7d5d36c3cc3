using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

/// <summary>
/// docs/model/fallback.py over again with the function itself in the place of the model's: one relay, one peer, any number of connections, any
/// action of an attacker at every dial, from every state that can be reached.
/// </summary>
public sealed class AttackTests
{
    [Fact]
    public void No_sequence_of_attacks_breaks_a_rule_of_the_model()
    {
        AttackRun run = AttackRun.OfEverything();

        Assert.Empty(run.Errors);
        Assert.True(run.Connections > 10_000, $"only {run.Connections} connections were tried");
    }

    [Fact]
    public void Clear_under_request_can_be_forced_only_by_keeping_every_try_of_an_attempt_from_parsing()
    {
        AttackRun run = AttackRun.OfEverything();

        Assert.NotEmpty(run.ForcedClear);
        Assert.All(run.ForcedClear, attack => Assert.All(attack.Split(" then "), one => Assert.Contains(one, (string[])["Drop", "Refuse", "Garbage"])));
    }

    [Fact]
    public void What_the_search_finds_is_found_because_the_rules_are_needed()
    {
        // The later Windows' option takes away F3, and nothing else.
        AttackRun run = AttackRun.OfEverything(FallbackBehaviour.WindowsXp);

        Assert.Equal(["F3 clear after bytes that parse"], run.Errors);
    }
}

/// <summary>The search.</summary>
internal sealed class AttackRun(FallbackBehaviour behaviour)
{
    private enum Attack
    {
        Pass,
        Drop,
        Refuse,
        Garbage,
        Alert,
        Cut,
    }

    /// <summary>What the relay remembers of the peer, and, as a ghost, whether it was ever reached protected since the pin was cleared.</summary>
    private sealed record State(PeerMemory Memory, bool IsLive, bool IsPinned, bool WasReached);

    private sealed record Site(PolicyRule Rule, bool HasClearTo, bool IsEnquiryOn, PeerModel Peer);

    public SortedSet<string> Errors { get; } = [];

    public SortedSet<string> ForcedClear { get; } = [];

    public int Connections { get; private set; }

    public static AttackRun OfEverything(FallbackBehaviour behaviour = FallbackBehaviour.Windows2000)
    {
        var run = new AttackRun(behaviour);
        var peers = from capability in Enum.GetValues<PeerCapability>()
                    from posture in Posture.All
                    select new PeerModel(capability, posture.Rule);
        foreach (Site site in from rule in run.Rules()
                              from clearTo in Situations.Either
                              from enquiry in Situations.Either
                              from peer in peers
                              select new Site(rule, clearTo, enquiry, peer))
        {
            run.Search(site);
        }
        return run;
    }

    private IEnumerable<PolicyRule> Rules() =>
        Situations.Rules().Where(r => r.Fallback.Behaviour == behaviour && r.Action is FilterAction.Negotiate or FilterAction.Respond && !r.InPass);

    private void Search(Site site)
    {
        var todo = new Stack<State>([new State(PeerMemory.Unknown, false, false, false)]);
        var done = new HashSet<State>();
        while (todo.TryPop(out State? state))
        {
            if (!done.Add(state))
            {
                continue;
            }
            todo.Push(state with { Memory = PeerMemory.Unknown, IsLive = false });
            todo.Push(new State(PeerMemory.Unknown, false, false, false));
            foreach (State next in from one in Enum.GetValues<Attack>()
                                   from other in Enum.GetValues<Attack>()
                                   select Connect(site, state, one, other))
            {
                todo.Push(next);
            }
        }
    }

    private State Connect(Site site, State state, Attack one, Attack other)
    {
        Connections++;
        var now = new OutboundSituation
        {
            Rule = site.Rule,
            HasClearTo = site.HasClearTo,
            IsEnquiryOn = site.IsEnquiryOn,
            IsPinned = state.IsPinned,
            IsAssociationLive = state.IsLive,
            Memory = state.Memory,
        };
        OutboundDecision decision = PolicyDecision.Outbound(now);
        bool negotiates = decision.Action == OutboundAction.Negotiate;
        List<Attack> used = [];
        if (negotiates)
        {
            (now, decision) = Attempt(site, now, decision, [one, other], used);
            state = Learn(state, now);
        }

        // Another connection may have made a pin or an association between the decision and the first clear byte.
        OutboundSituation meanwhile = now with { IsAssociationLive = true, IsPinned = site.Rule.Ratchet };
        Check(PolicyDecision.Outbound(meanwhile).IsClear, "F6 clear beside a live association");
        if (decision.IsClear)
        {
            CheckClear(site, state, now);
            if (negotiates && site.Peer.Capability == PeerCapability.Capable && site.Rule.Action == FilterAction.Negotiate)
            {
                ForcedClear.Add(string.Join(" then ", used));
            }
        }
        if (decision.Action == OutboundAction.ClearAndEnquire)
        {
            OutboundDecision enquiry = new(OutboundAction.Negotiate, BlockReason.None, decision.Demand);
            state = Learn(state, Attempt(site, now, enquiry, [one, other], used).Now);
        }
        return state;
    }

    private static (OutboundSituation Now, OutboundDecision Decision) Attempt(
        Site site, OutboundSituation now, OutboundDecision decision, Attack[] attacks, List<Attack> used)
    {
        foreach (Attack attack in attacks)
        {
            used.Add(attack);
            now = now with { Seen = now.Seen.Then(Meet(site.Peer, attack, decision.Demand)), AreTriesUsed = used.Count == attacks.Length };
            decision = PolicyDecision.Outbound(now);
            if (decision.Action != OutboundAction.Negotiate)
            {
                break;
            }
        }
        return (now, decision);
    }

    private static PeerObservation Meet(PeerModel peer, Attack attack, Demand demand) => attack switch
    {
        Attack.Drop => PeerObservation.Silent,
        Attack.Refuse => PeerObservation.Refused,
        Attack.Garbage => PeerObservation.OtherProtocol,
        Attack.Alert => PeerObservation.Parsed,
        Attack.Cut when peer.Speaks => PeerObservation.Parsed,
        _ => peer.Answer(demand),
    };

    private static State Learn(State state, OutboundSituation now)
    {
        AttemptLesson lesson = PolicyDecision.Learn(now.Rule, now.Credentials, now.Seen);
        return new State(
            lesson.Memory,
            state.IsLive || lesson.KeepsAssociation,
            state.IsPinned || lesson.Pins,
            state.WasReached || lesson.KeepsAssociation);
    }

    private void CheckClear(Site site, State state, OutboundSituation now)
    {
        Check(site.Rule is { Action: FilterAction.Negotiate, Soft: false }, "F1 clear byte sent under Require");
        Check(now.Seen == PeerObservation.Parsed || (now.Seen == PeerObservation.Nothing && state.Memory == PeerMemory.Unsettled), "F3 clear after bytes that parse");
        Check(state.WasReached && site.Rule.Ratchet, "F4 clear to a pinned peer");
        Check(!site.HasClearTo, "F5 clear without clearTo");
        Check(state.IsLive, "F6 clear beside a live association");
    }

    private void Check(bool broken, string name)
    {
        if (broken)
        {
            Errors.Add(name);
        }
    }
}
