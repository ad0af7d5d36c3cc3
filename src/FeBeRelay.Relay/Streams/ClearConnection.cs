using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Streams;

/// <summary>A connection that goes clear and is open, for lists.</summary>
/// <param name="Flow">Endpoint or service, peer, rule and cause.</param>
/// <param name="Rule">The rule that let it pass when it began; the policy may be another since.</param>
/// <param name="Local">This node's address.</param>
/// <param name="Remote">The peer's.</param>
/// <param name="Since">When it began.</param>
internal sealed record ClearConnection(ClearFlow Flow, PolicyRule Rule, EndPoint? Local, EndPoint? Remote, DateTimeOffset Since);
