using System.Net;
using FeBeRelay.Relay.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace FeBeRelay.Relay.Http;

/// <summary>What a destination's <c>Metadata</c> says of clear traffic, as it is written; null where nothing.</summary>
/// <param name="ClearTo">Where clear bytes go.</param>
/// <param name="Enquiry"><c>on</c> or <c>off</c>.</param>
/// <param name="Guard"><c>refuse</c>, <c>warn</c> or <c>off</c>; null is the node's.</param>
internal readonly record struct DestinationOptions(string? ClearTo, string? Enquiry, string? Guard)
{
    public const string ClearToKey = "clearTo";
    public const string EnquiryKey = "enquiry";
    public const string GuardKey = "guard";

    /// <summary>Where clear bytes go; null is nowhere.</summary>
    public EndPoint? ClearEndPoint => ClearTo is not null && EndpointAddress.TryParse(ClearTo, out EndpointAddress address) ? address.ToEndPoint() : null;

    /// <summary>Whether the peer may be asked by an enquiry.</summary>
    public bool IsEnquiryOn => !string.Equals(Enquiry, "off", StringComparison.OrdinalIgnoreCase);

    public static DestinationOptions Of(DestinationConfig? destination) => destination?.Metadata is { } metadata
        ? new DestinationOptions(metadata.GetValueOrDefault(ClearToKey), metadata.GetValueOrDefault(EnquiryKey), metadata.GetValueOrDefault(GuardKey))
        : default;

    /// <summary>The guard here.</summary>
    /// <param name="usual">The node's.</param>
    public GuardMode GuardOr(GuardMode usual) => TryParse(Guard, out GuardMode mode) ? mode : usual;

    /// <summary>Reads a mode as configuration has it.</summary>
    public static bool TryParse(string? text, out GuardMode mode)
    {
        mode = text?.ToLowerInvariant() switch { "warn" => GuardMode.Warn, "off" => GuardMode.Off, _ => GuardMode.Refuse };
        return text?.ToLowerInvariant() is "refuse" or "warn" or "off";
    }
}
