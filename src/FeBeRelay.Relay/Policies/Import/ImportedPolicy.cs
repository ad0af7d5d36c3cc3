using System.Text.Json.Nodes;

namespace FeBeRelay.Relay.Policies.Import;

/// <summary>A policy made of another program's, and what of it has no counterpart here.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Policy">As it stands in <c>policy:policies</c>.</param>
/// <param name="Remarks">What was left out or changed, each with its place.</param>
internal sealed record ImportedPolicy(string Name, JsonObject Policy, IReadOnlyList<string> Remarks);
