using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>lifetimes</c>. Of two peers' wishes the shorter one holds.</summary>
public sealed record LifetimeSettings
{
    /// <summary>Seconds, 60 to 86400.</summary>
    [Description("Seconds until both peers must authenticate again (main mode).")]
    [Range(60, 86_400)]
    public int AssociationSeconds { get; init; } = 28_800;

    /// <summary>Quick modes, 0 to 1000000; 0 is unlimited.</summary>
    [Description("Quick modes that one association may derive keys for; 0 is unlimited.")]
    [Range(0, 1_000_000)]
    public int AssociationQuickModes { get; init; }

    /// <summary>Seconds, 10 to 86400.</summary>
    [Description("Seconds until a direction of a channel changes its key.")]
    [Range(10, 86_400)]
    public int KeySeconds { get; init; } = 900;

    /// <summary>Units of 1,024 bytes, 1024 to 16000000 (the protocol's own ceiling is 16 GiB a key).</summary>
    [Description("Kilobytes (1,024 bytes) until a direction of a channel changes its key.")]
    [Range(1024, 16_000_000)]
    public int KeyKilobytes { get; init; } = 100_000;
}
