using System.Formats.Asn1;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>Extensions and times, as lists and answers have them alike (RFC 5280 4.1, 5.1; RFC 6960 4.4).</summary>
internal static class PublishedFields
{
    /// <param name="extensions">The reader of SEQUENCE OF Extension.</param>
    public static List<(string Oid, bool IsCritical)> ReadExtensions(AsnReader extensions)
    {
        List<(string, bool)> found = [];
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            bool critical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            found.Add((oid, critical));
        }
        return found;
    }

    public static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
