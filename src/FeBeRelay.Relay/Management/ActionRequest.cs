using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Management;

/// <summary>The body of a request that changes something.</summary>
/// <param name="Reason">Why, for the security log; up to <see cref="MaxReason"/> characters.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ActionRequest(
    [property: Description("Why, for the security log."), MaxLength(ActionRequest.MaxReason)] string? Reason)
{
    public const int MaxReason = 200;
}
