using System.ComponentModel;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>The figures at the foot of the monitor.</summary>
internal sealed record TotalsView
{
    [Description("Associations.")]
    public required int ActiveAssociations { get; init; }

    [Description("Channels.")]
    public required int ActiveChannels { get; init; }

    [Description("Channels that carry a stream now.")]
    public required int OpenStreams { get; init; }

    [Description("Bytes sent under suites that encrypt.")]
    public required ulong ConfidentialBytesSent { get; init; }

    [Description("Bytes received under suites that encrypt.")]
    public required ulong ConfidentialBytesReceived { get; init; }

    [Description("Bytes sent under suites that only authenticate (aes256-gmac).")]
    public required ulong AuthenticatedBytesSent { get; init; }

    [Description("Bytes received under suites that only authenticate.")]
    public required ulong AuthenticatedBytesReceived { get; init; }

    [Description("Connections in the clear.")]
    public required long ClearConnections { get; init; }

    [Description("Bytes sent in the clear.")]
    public required long ClearBytesSent { get; init; }

    [Description("Bytes received in the clear.")]
    public required long ClearBytesReceived { get; init; }

    [Description("Records sent.")]
    public required ulong RecordsSent { get; init; }

    [Description("Records received.")]
    public required ulong RecordsReceived { get; init; }

    [Description("Main modes that made an association (event 541).")]
    public required long MainModes { get; init; }

    [Description("Quick modes that made keys: of new channels, and in live ones.")]
    public required long QuickModes { get; init; }

    [Description("Peers that were found not capable and are talked to in the clear (event 9004).")]
    public required long SoftAssociations { get; init; }

    [Description("Keys of one direction that were put in use: two for each quick mode, one for each key update.")]
    public required long KeyAdditions { get; init; }

    [Description("Quick modes in live channels.")]
    public required long Rekeys { get; init; }

    [Description("Key updates of one direction, without a quick mode.")]
    public required long KeyUpdates { get; init; }

    [Description("Peers that were not authenticated or are for no service (events 544 and 545).")]
    public required long AuthenticationFailures { get; init; }

    [Description("Negotiations that failed otherwise (events 546, 547 and 4654).")]
    public required long NegotiationFailures { get; init; }

    [Description("Records and messages that were changed on their way (event 4960).")]
    public required long RecordsNotAuthenticated { get; init; }

    [Description("Records and messages that were sent again or are of another epoch (event 4961).")]
    public required long RecordsReplayed { get; init; }

    [Description("Associations asked for that the node does not know (event 4965): the bad SPI of IPsec.")]
    public required long UnknownAssociations { get; init; }

    [Description("Streams refused to peers (event 4656).")]
    public required long ServicesRefused { get; init; }

    [Description("Streams that could not be carried because the back end did not answer (event 9002).")]
    public required long BackEndsUnreachable { get; init; }

    [Description("Clear connections that were not let pass (event 4963).")]
    public required long ClearRefused { get; init; }
}
