using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies;

/// <summary>Why connections are refused, for logs.</summary>
internal static class BlockReasons
{
    /// <summary>As reports write it.</summary>
    public static string Name(this BlockReason reason) => $"{char.ToLowerInvariant($"{reason}"[0])}{$"{reason}"[1..]}";

    /// <summary>In words.</summary>
    public static string Explanation(this BlockReason reason) => reason switch
    {
        BlockReason.Rule => "the rule blocks",
        BlockReason.NoClearTo => "the rule sends it clear, and the endpoint has no clearTo",
        BlockReason.NotCapable => "the peer is not capable, and the rule has no soft",
        BlockReason.Pinned => "the peer is pinned and is not reached protected",
        BlockReason.NegotiationFailed => "the peer speaks the protocol, and no negotiation succeeds",
        BlockReason.Credentials => "credentials are refused",
        BlockReason.ClearNotAccepted => "clear connections are not taken",
        _ => "",
    };
}
