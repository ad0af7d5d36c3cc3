using System.Text.Json.Serialization;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.Relay.Management;

/// <summary>How the API writes: camelCase, everything that a form names is there even where it is null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MonitorView))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(TotalsView))]
[JsonSerializable(typeof(AssociationView))]
[JsonSerializable(typeof(IReadOnlyList<AssociationView>))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(Acted))]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ManagementJson : JsonSerializerContext;
