namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>All variants, by families.</summary>
internal static class SmugglingCorpus
{
    public static IReadOnlyList<SmugglingVariant> Variants { get; } =
        [.. FramingFamilies.All(), .. ChunkFamilies.All(), .. FieldFamilies.All(), .. LineFamilies.All(), .. BodyFamilies.All()];
}
