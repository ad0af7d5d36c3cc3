using System.Collections.Frozen;
using System.Text.Json;

namespace FeBeRelay.Relay.Audit;

/// <summary>What is the same in every event of one number.</summary>
/// <param name="Id">The number.</param>
/// <param name="Windows">Numbers of the Windows events that tell the same, the oldest first; empty where there is none.</param>
/// <param name="Category">What selects it.</param>
/// <param name="Outcome">Success or failure.</param>
internal sealed record AuditEventKind(AuditEventId Id, string Windows, AuditCategory Category, AuditOutcome Outcome)
{
    private static readonly FrozenDictionary<AuditEventId, AuditEventKind> Table = new AuditEventKind[]
    {
        new(AuditEventId.AssociationEstablished, "541, 4651", AuditCategory.Logon, AuditOutcome.Success),
        new(AuditEventId.ChannelEnded, "542, 5452", AuditCategory.Logon, AuditOutcome.Success),
        new(AuditEventId.AssociationEnded, "543, 4655", AuditCategory.Logon, AuditOutcome.Success),
        new(AuditEventId.PeerNotAuthenticated, "544, 4652", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.PeerNotAllowed, "545, 4653", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.InvalidData, "546, 4976", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.MainModeFailed, "547, 4653", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.PossibleAttack, "550", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.ServiceUsed, "560, 4663", AuditCategory.Object, AuditOutcome.Success),
        new(AuditEventId.ServiceEnded, "562, 4658", AuditCategory.Object, AuditOutcome.Success),
        new(AuditEventId.NodeStarted, "613, 5478", AuditCategory.System, AuditOutcome.Success),
        new(AuditEventId.NodeStopped, "614, 5479", AuditCategory.System, AuditOutcome.Success),
        new(AuditEventId.PolicyChanged, "615, 5473", AuditCategory.Policy, AuditOutcome.Success),
        new(AuditEventId.NodeFailed, "616, 5484", AuditCategory.System, AuditOutcome.Failure),
        new(AuditEventId.EventsLost, "516, 1101", AuditCategory.Audit, AuditOutcome.Failure),
        new(AuditEventId.QuickModeFailed, "547, 4654", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.ServiceRefused, "560, 4656", AuditCategory.Object, AuditOutcome.Failure),
        new(AuditEventId.IntegrityCheckFailed, "4960", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.ReplayDetected, "4961", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.ClearTrafficRefused, "4963", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.UnknownAssociation, "4965", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.ClearTraffic, "5156", AuditCategory.Clear, AuditOutcome.Success),
        new(AuditEventId.ChannelEstablished, "541, 5451", AuditCategory.Logon, AuditOutcome.Success),
        new(AuditEventId.KeyLimitReached, "", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.BackEndUnreachable, "", AuditCategory.Object, AuditOutcome.Failure),
        new(AuditEventId.ClearTrafficEnded, "", AuditCategory.Clear, AuditOutcome.Success),
        new(AuditEventId.FallbackToSoft, "", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.ClearListenerExposed, "", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.OtherWayToBackEnd, "", AuditCategory.System, AuditOutcome.Failure),
        new(AuditEventId.PeerRevoked, "", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.CredentialsReplaced, "", AuditCategory.Policy, AuditOutcome.Success),
        new(AuditEventId.CredentialsNotUsable, "", AuditCategory.Policy, AuditOutcome.Failure),
        new(AuditEventId.CredentialsEnd, "", AuditCategory.System, AuditOutcome.Failure),
        new(AuditEventId.PolicyNotChanged, "616, 5474", AuditCategory.Policy, AuditOutcome.Failure),
        new(AuditEventId.RequestGuarded, "4963", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.RequestSentClear, "", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.BundleTaken, "5471", AuditCategory.Policy, AuditOutcome.Success),
        new(AuditEventId.BundleRefused, "5472", AuditCategory.Policy, AuditOutcome.Failure),
        new(AuditEventId.BundleStale, "5474", AuditCategory.Policy, AuditOutcome.Failure),
        new(AuditEventId.ManagementAction, "", AuditCategory.System, AuditOutcome.Success),
        new(AuditEventId.ManagementRefused, "", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.ConnectionsTight, "", AuditCategory.System, AuditOutcome.Failure),
        new(AuditEventId.PolicyOnTrial, "", AuditCategory.Policy, AuditOutcome.Success),
        new(AuditEventId.PolicyConfirmed, "", AuditCategory.Policy, AuditOutcome.Success),
        new(AuditEventId.PolicyRolledBack, "", AuditCategory.Policy, AuditOutcome.Failure),
        new(AuditEventId.WouldBeRefused, "", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.ClearTrafficCut, "", AuditCategory.Clear, AuditOutcome.Failure),
        new(AuditEventId.WeakerExchange, "", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.NodeEnrolled, "", AuditCategory.System, AuditOutcome.Success),
        new(AuditEventId.CertificateRenewed, "", AuditCategory.System, AuditOutcome.Success),
        new(AuditEventId.EnrollmentRefused, "", AuditCategory.Logon, AuditOutcome.Failure),
        new(AuditEventId.RevocationAnswerRefused, "", AuditCategory.System, AuditOutcome.Failure),
        new(AuditEventId.FileStarted, "", AuditCategory.Audit, AuditOutcome.Success),
        new(AuditEventId.Checkpoint, "", AuditCategory.Audit, AuditOutcome.Success),
        new(AuditEventId.TornLineFound, "", AuditCategory.Audit, AuditOutcome.Failure),
    }.ToFrozenDictionary(kind => kind.Id);

    /// <summary>All of them, by number.</summary>
    public static IEnumerable<AuditEventKind> All => Table.Values.OrderBy(kind => kind.Id);

    /// <summary>The event's name in the log.</summary>
    public string Name { get; } = JsonNamingPolicy.CamelCase.ConvertName(Id.ToString());

    public static AuditEventKind Of(AuditEventId id) => Table[id];
}
