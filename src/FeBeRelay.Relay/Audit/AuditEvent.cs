using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Audit;

/// <summary>
/// One event: one line of the log, its fields in this order, those that are null left out (docs/audit.md). Text from outside may stand in it as it came:
/// writing escapes it and cuts it at <see cref="AuditText.MaxLength"/> characters.
/// </summary>
internal sealed record AuditEvent
{
    /// <summary>Consecutive over the whole log, from 1.</summary>
    [JsonPropertyName("n")]
    public long Number { get; init; }

    public DateTimeOffset Time { get; init; }

    public int Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>Numbers of the Windows events that tell the same.</summary>
    public string? Windows { get; init; }

    public AuditCategory Category { get; init; }

    public AuditOutcome Outcome { get; init; }

    /// <summary>The node that writes.</summary>
    public string Node { get; init; } = "";

    /// <summary><c>main</c> or <c>quick</c>.</summary>
    public string? Mode { get; init; }

    /// <summary><c>initiator</c> or <c>responder</c>: this node's role.</summary>
    public string? Role { get; init; }

    public FailurePoint? FailurePoint { get; init; }

    /// <summary>The kind of failure, a name of docs/audit.md.</summary>
    public string? Error { get; init; }

    /// <summary>The code that passed between the nodes.</summary>
    public string? Code { get; init; }

    public string? Reason { get; init; }

    /// <summary>The rule of the policy that decided.</summary>
    public string? Rule { get; init; }

    /// <summary>The rule's flags, such as <c>inpass</c> and <c>soft</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Why traffic is clear.</summary>
    public ClearCause? Cause { get; init; }

    public string? LocalAddress { get; init; }

    public string? RemoteAddress { get; init; }

    /// <summary>The relay endpoint.</summary>
    public string? Endpoint { get; init; }

    public string? Service { get; init; }

    /// <summary>The peer's name in this node's configuration.</summary>
    public string? PeerNode { get; init; }

    /// <summary>The names of this node's certificate.</summary>
    public IReadOnlyList<string>? LocalIdentity { get; init; }

    /// <summary>The names of the peer's certificate; only ever those of one that was verified.</summary>
    public IReadOnlyList<string>? PeerIdentity { get; init; }

    /// <summary>SHA-256 of the peer's certificate.</summary>
    public string? PeerFingerprint { get; init; }

    /// <summary>How the peer proved who it is: <c>certificate</c>, <c>kerberos</c> or <c>psk=NAME</c>.</summary>
    public string? Authentication { get; init; }

    public string? Association { get; init; }

    public string? Channel { get; init; }

    public string? Suite { get; init; }

    public string? Group { get; init; }

    public long? AssociationSeconds { get; init; }

    public long? AssociationQuickModes { get; init; }

    public long? KeySeconds { get; init; }

    public long? KeyKilobytes { get; init; }

    /// <summary>Eight hexadecimal digits.</summary>
    public string? InboundSpi { get; init; }

    public string? OutboundSpi { get; init; }

    /// <summary>Of an association all; of a channel those that gave it new keys while it was alive.</summary>
    public long? QuickModes { get; init; }

    /// <summary>Of both directions.</summary>
    public long? KeyUpdates { get; init; }

    public long? Streams { get; init; }

    public ulong? BytesSent { get; init; }

    public ulong? BytesReceived { get; init; }

    public double? Milliseconds { get; init; }

    /// <summary>How many events this one stands for.</summary>
    public long? Count { get; init; }

    /// <summary>The hash that the file's first line follows.</summary>
    public string? Previous { get; init; }

    /// <summary>The start of a line that was cut by a crash.</summary>
    public string? Torn { get; init; }

    public long? TornBytes { get; init; }

    /// <summary>SHA-256 of the certificate whose key signs.</summary>
    public string? Signer { get; init; }

    /// <summary>What is signed is the checkpoint's number and the hash before it.</summary>
    public string? Signature { get; init; }
}
