using System.ComponentModel;
using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>What a channel is doing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelState>))]
internal enum ChannelState
{
    /// <summary>It carries a stream.</summary>
    [JsonStringEnumMemberName("busy")]
    Busy,
    /// <summary>It waits for its next stream.</summary>
    [JsonStringEnumMemberName("idle")]
    Idle,
    /// <summary>It holds no sending key that protected data.</summary>
    [JsonStringEnumMemberName("parked")]
    Parked,
}

/// <summary>One channel.</summary>
internal sealed record ChannelView
{
    [Description("Its id; the peer has the same.")]
    public required string Id { get; init; }

    [Description("busy: it carries a stream; idle: it waits for one; parked: it waits without keys.")]
    public required ChannelState State { get; init; }

    [Description("The service of its newest stream, null before the first.")]
    public required string? Service { get; init; }

    [Description("The relay endpoint of its newest stream; null at the listener and for http endpoints.")]
    public required string? Endpoint { get; init; }

    [Description("The rule of the policy under which it carries; null before the first stream.")]
    public required string? Rule { get; init; }

    [Description("This node's end of the TCP connection.")]
    public required string LocalAddress { get; init; }

    [Description("The peer's end.")]
    public required string RemoteAddress { get; init; }

    [Description("Name of the direction that this node receives, eight hexadecimal digits.")]
    public required string InboundSpi { get; init; }

    [Description("Name of the direction that this node sends in.")]
    public required string OutboundSpi { get; init; }

    [Description("When it was made (UTC).")]
    public required DateTimeOffset Created { get; init; }

    [Description("Its age in seconds.")]
    public required long AgeSeconds { get; init; }

    [Description("Streams so far.")]
    public required long Streams { get; init; }

    [Description("Quick modes in it so far.")]
    public required long Rekeys { get; init; }

    [Description("Key updates of both directions so far.")]
    public required long KeyUpdates { get; init; }

    [Description("Age of its keys in seconds, since the last quick mode.")]
    public required long KeyAgeSeconds { get; init; }

    [Description("Seconds until its keys are renewed by age; null where they are made on demand.")]
    public required long? RekeyInSeconds { get; init; }

    [Description("Bytes sent.")]
    public required ulong BytesSent { get; init; }

    [Description("Bytes received.")]
    public required ulong BytesReceived { get; init; }
}
