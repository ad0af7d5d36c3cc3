namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>The fields of a revocation list, as read; nothing is verified yet.</summary>
/// <param name="Issuer">The authority's name, DER.</param>
/// <param name="ThisUpdate">When it was issued.</param>
/// <param name="NextUpdate">Until when it counts.</param>
/// <param name="Serials">Serial numbers on it, <see cref="RevocationList.SerialOf"/>.</param>
/// <param name="Algorithm">OID of the signature's algorithm.</param>
/// <param name="Signed">What is signed, DER.</param>
/// <param name="Signature">The signature.</param>
internal sealed record RevocationListContent(
    ReadOnlyMemory<byte> Issuer,
    DateTimeOffset ThisUpdate,
    DateTimeOffset NextUpdate,
    HashSet<string> Serials,
    string Algorithm,
    ReadOnlyMemory<byte> Signed,
    ReadOnlyMemory<byte> Signature);
