using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>How long an association and a key may be used; offered in the initiator hello, agreed in accept (clauses 2.2 and 2.7).</summary>
/// <param name="AssociationSeconds">Life of the association, 10 to 604,800 seconds.</param>
/// <param name="QuickModes">Most quick modes under the association, 0 = no limit.</param>
/// <param name="KeySeconds">Life of a key, 10 to 86,400 seconds.</param>
/// <param name="KeyKilobytes">Most plaintext under a key in units of 1,024 bytes, 1,024 to 16,777,216.</param>
public sealed record Lifetimes(uint AssociationSeconds, uint QuickModes, uint KeySeconds, uint KeyKilobytes)
{
    public const uint MinAssociationSeconds = 10;
    public const uint MaxAssociationSeconds = 604_800;
    public const uint MinKeySeconds = 10;
    public const uint MaxKeySeconds = 86_400;
    public const uint MinKeyKilobytes = 1_024;
    public const uint MaxKeyKilobytes = 16_777_216;

    /// <summary>Eight hours for the association, 15 minutes or 100,000 KiB for a key.</summary>
    public static readonly Lifetimes Default = new(28_800, 0, 900, 100_000);

    public uint AssociationSeconds { get; } =
        Checked(AssociationSeconds, MinAssociationSeconds, MaxAssociationSeconds, nameof(AssociationSeconds));

    public uint KeySeconds { get; } = Checked(KeySeconds, MinKeySeconds, MaxKeySeconds, nameof(KeySeconds));

    public uint KeyKilobytes { get; } = Checked(KeyKilobytes, MinKeyKilobytes, MaxKeyKilobytes, nameof(KeyKilobytes));

    /// <summary>Each figure the shorter of the two.</summary>
    public Lifetimes Shorter(Lifetimes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new Lifetimes(
            Math.Min(AssociationSeconds, other.AssociationSeconds),
            Unlimited(QuickModes) <= Unlimited(other.QuickModes) ? QuickModes : other.QuickModes,
            Math.Min(KeySeconds, other.KeySeconds),
            Math.Min(KeyKilobytes, other.KeyKilobytes));
    }

    /// <summary>Whether no figure is longer than the other's.</summary>
    internal bool IsWithin(Lifetimes offered) => Shorter(offered) == this;

    internal void Write(WireWriter writer) => writer.U32(AssociationSeconds).U32(QuickModes).U32(KeySeconds).U32(KeyKilobytes);

    internal static Lifetimes Read(ref WireReader reader)
    {
        uint associationSeconds = reader.U32(MinAssociationSeconds, MaxAssociationSeconds, "association seconds");
        uint quickModes = reader.U32();
        uint keySeconds = reader.U32(MinKeySeconds, MaxKeySeconds, "key seconds");
        uint keyKilobytes = reader.U32(MinKeyKilobytes, MaxKeyKilobytes, "key kilobytes");
        return new Lifetimes(associationSeconds, quickModes, keySeconds, keyKilobytes);
    }

    // 0 means no limit, the longest of all.
    private static ulong Unlimited(uint quickModes) => quickModes == 0 ? ulong.MaxValue : quickModes;

    private static uint Checked(uint value, uint min, uint max, string name) =>
        value >= min && value <= max ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {min} to {max}");
}
