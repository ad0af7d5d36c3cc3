using System.Globalization;

namespace FeBeRelay.Cli.Lab;

/// <summary>An association in words.</summary>
internal static class AssociationText
{
    public static IEnumerable<(string Name, string Value)> Lines(AssociationSummary association) =>
    [
        ("association", association.Id),
        ("identities", $"{association.Initiator} (initiator), {association.Responder} (responder)"),
        ("protection", $"{association.Suite}, agreed with {association.Group}"),
        ("lifetimes", string.Create(CultureInfo.InvariantCulture,
            $"association {association.AssociationLifetime:c}; keys {association.KeyLifetime:c} or {association.KeyKilobytes:N0} KB, whichever comes first")),
        ("SPIs", string.Join(", ", association.Spis)),
    ];
}
