using System.ComponentModel;
using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>How what passes is protected.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Protection>))]
internal enum Protection
{
    [JsonStringEnumMemberName("secured")]
    Secured,
    [JsonStringEnumMemberName("authenticatedOnly")]
    AuthenticatedOnly,
    [JsonStringEnumMemberName("clear")]
    Clear,
}

/// <summary>One association.</summary>
internal sealed record AssociationView
{
    [Description("Its id; the peer has the same.")]
    public required string Id { get; init; }

    [Description("This node's role: initiator or responder.")]
    public required string Role { get; init; }

    [Description("The first DNS name of the peer's certificate.")]
    public required string Peer { get; init; }

    [Description("SHA-256 of the peer's certificate.")]
    public required string PeerFingerprint { get; init; }

    [Description("How what passes is protected.")]
    public required Protection Protection { get; init; }

    [Description("The suite.")]
    public required string Suite { get; init; }

    [Description("The key exchange group.")]
    public required string Group { get; init; }

    [Description("Rules of the policy under which its channels carry.")]
    public required IReadOnlyList<string> Rules { get; init; }

    [Description("Services that its channels carried last.")]
    public required IReadOnlyList<string> Services { get; init; }

    [Description("When it was made (UTC).")]
    public required DateTimeOffset Created { get; init; }

    [Description("When the last channel was made or a stream began under it (UTC).")]
    public required DateTimeOffset LastUsed { get; init; }

    [Description("Its age in seconds.")]
    public required long AgeSeconds { get; init; }

    [Description("Seconds until it ends.")]
    public required long ExpiresInSeconds { get; init; }

    [Description("Seconds until the first of its channels has its keys renewed by age; null where none is due.")]
    public required long? RekeyInSeconds { get; init; }

    [Description("Quick modes so far.")]
    public required long QuickModes { get; init; }

    [Description("Bytes sent by all its channels, those that ended included.")]
    public required ulong BytesSent { get; init; }

    [Description("Bytes received by all its channels.")]
    public required ulong BytesReceived { get; init; }

    [Description("Its channels that are alive, the youngest first.")]
    public required IReadOnlyList<ChannelView> Channels { get; init; }
}
