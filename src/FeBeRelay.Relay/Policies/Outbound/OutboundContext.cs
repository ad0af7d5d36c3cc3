using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Streams;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>What a node's outbound decisions share.</summary>
/// <param name="Pools">Channels to peers.</param>
/// <param name="Pins">The pins.</param>
/// <param name="Clear">The connections that are clear.</param>
/// <param name="Audit">The audit log.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
/// <param name="Ending">The node ends: nothing more is tried.</param>
internal sealed record OutboundContext(
    PeerPools Pools, PinStore Pins, ClearConnections Clear, AuditLog Audit, TimeProvider Time, ILogger Logger, CancellationToken Ending);
