using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Protocol.Policy;

/// <summary>How one connection of the application ends.</summary>
public enum ForecastEnd
{
    /// <summary>Protected.</summary>
    Secured,

    /// <summary>Clear, and the peer's policy takes it.</summary>
    Clear,

    /// <summary>Sent clear, and refused by the peer: its first bytes crossed the network.</summary>
    ClearRefused,

    /// <summary>Refused here: no byte of the application left.</summary>
    Blocked,
}

/// <summary>One connection of a forecast.</summary>
/// <param name="End">How it ends.</param>
/// <param name="Reason">Why it is blocked.</param>
/// <param name="Enquires">Whether an enquiry is made beside it.</param>
/// <param name="FellBack">Whether a soft association is made by it.</param>
public sealed record ForecastConnection(ForecastEnd End, BlockReason Reason, bool Enquires, bool FellBack);

/// <summary>The first connection to a peer, and those that follow it: the decision played through against a model of the peer.</summary>
/// <param name="First">The first one.</param>
/// <param name="Next">Those after it.</param>
public sealed record PolicyForecast(ForecastConnection First, ForecastConnection Next)
{
    /// <summary>Plays it through.</summary>
    /// <param name="start">Rule, <c>clearTo</c>, enquiry and pin; nothing is known of the peer yet.</param>
    /// <param name="peer">The peer.</param>
    public static PolicyForecast Of(OutboundSituation start, PeerModel peer)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(peer);
        (ForecastConnection first, OutboundSituation after) = Play(start, peer);
        return new PolicyForecast(first, Play(after, peer).Connection);
    }

    /// <summary>The outcome in a few words: a cell of the matrix.</summary>
    public override string ToString()
    {
        string first = Words(First);
        string next = Words(Next with { FellBack = First.FellBack });
        return first == next ? first : $"{first}, then {next}";
    }

    private static (ForecastConnection Connection, OutboundSituation After) Play(OutboundSituation start, PeerModel peer)
    {
        OutboundSituation now = start;
        OutboundDecision decision = PolicyDecision.Outbound(now);
        if (decision.Action == OutboundAction.Negotiate)
        {
            now = Attempt(now, decision.Demand, peer);
            decision = PolicyDecision.Outbound(now);
        }
        ForecastEnd end = decision.Action switch
        {
            OutboundAction.Secure => ForecastEnd.Secured,
            OutboundAction.Block => ForecastEnd.Blocked,
            _ => peer.TakesClear ? ForecastEnd.Clear : ForecastEnd.ClearRefused,
        };
        bool enquires = decision.Action == OutboundAction.ClearAndEnquire;
        OutboundSituation learnt = enquires ? Attempt(now, decision.Demand, peer) : now;
        return (
            new ForecastConnection(end, decision.Reason, enquires, decision.Action == OutboundAction.FallBack),
            Remember(start, learnt));
    }

    // A model of a peer answers every try alike: one attempt is one answer, and over.
    private static OutboundSituation Attempt(OutboundSituation now, Demand demand, PeerModel peer) => now with
    {
        Seen = peer.Answer(demand),
        Credentials = peer.Capability is PeerCapability.BadCredentials or PeerCapability.NoCredentials ? CredentialState.Refused : now.Credentials,
        AreTriesUsed = true,
        IsTimerPassed = true,
    };

    private static OutboundSituation Remember(OutboundSituation start, OutboundSituation learnt)
    {
        if (learnt.Seen == PeerObservation.Nothing)
        {
            return start;
        }
        AttemptLesson lesson = PolicyDecision.Learn(learnt.Rule, learnt.Credentials, learnt.Seen);
        return start with
        {
            Memory = lesson.Memory,
            IsAssociationLive = start.IsAssociationLive || lesson.KeepsAssociation,
            IsPinned = start.IsPinned || lesson.Pins,
        };
    }

    private static string Words(ForecastConnection connection) => connection.End switch
    {
        ForecastEnd.Secured => "secured",
        ForecastEnd.Clear => connection.FellBack ? "clear (soft)" : "clear",
        ForecastEnd.ClearRefused => "clear sent, refused",
        _ => "blocked",
    };
}
