using System.ComponentModel;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>What one flow came to in the clear.</summary>
internal sealed record ClearView
{
    [Description("The relay endpoint or service.")]
    public required string Endpoint { get; init; }

    [Description("The peer node's name, or the address that the traffic came from.")]
    public required string Peer { get; init; }

    [Description("The rule that let it pass.")]
    public required string Rule { get; init; }

    [Description("Why: permit, inPass, soft, auditOnly or exemption.")]
    public required string Cause { get; init; }

    [Description("Connections.")]
    public required long Connections { get; init; }

    [Description("Bytes sent to the peer.")]
    public required long BytesSent { get; init; }

    [Description("Bytes received from the peer.")]
    public required long BytesReceived { get; init; }
}
