using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FeBeRelay.Channel.Identity;

/// <summary>What a certificate calls its owner.</summary>
public static class CertificateNames
{
    private const string OrganizationalUnit = "2.5.4.11";
    private const int LongestHostName = 253;
    private const int LongestLabel = 63;
    private const int LongestDisplay = 200;

    /// <summary>SHA-256 of a certificate, lower-case hexadecimal: what logs, views and tokens know it by.</summary>
    public static string Fingerprint(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
    }

    /// <summary>The DNS names of the subject alternative name that are host names, in lower case. Wildcards are not honoured, so they are left out.</summary>
    public static IReadOnlyList<string> DnsNames(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension => extension.EnumerateDnsNames())
                .Where(IsHostName)
                .Select(name => name.ToLowerInvariant())
                .Distinct(),
        ];
    }

    /// <summary>The organizational units of the subject. The platform's reader gives up on sets of several attributes, so this reads the name itself.</summary>
    public static IReadOnlyList<string> OrganizationalUnits(X500DistinguishedName subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var units = new List<string>();
        var sets = new AsnReader(subject.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sets.HasData)
        {
            var attributes = sets.ReadSetOf(skipSortOrderValidation: true);
            while (attributes.HasData)
            {
                if (ReadUnit(attributes.ReadSequence()) is { } unit)
                    units.Add(unit);
            }
        }

        return units;
    }

    /// <summary>Letters, digits, hyphens and underscores in labels: nothing that could end a string, a line or a label early.</summary>
    public static bool IsHostName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= LongestHostName && name.Split('.').All(IsLabel);
    }

    /// <summary>The subject as people may see it in a log: what a stranger put into it can neither break the line nor fill the disk.</summary>
    public static string Display(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Printable(certificate.Subject.Length == 0 ? "(no subject)" : certificate.Subject);
    }

    /// <summary>Text from a certificate with control and formatting characters replaced, cut to a sane length.</summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var printable = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Take(LongestDisplay))
            printable.Append(IsPrintable(rune) ? rune.ToString() : "?");
        return printable.ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string? ReadUnit(AsnReader attribute)
    {
        if (attribute.ReadObjectIdentifier() != OrganizationalUnit)
            return null;
        var tag = attribute.PeekTag();
        if (tag.TagClass != TagClass.Universal || (UniversalTagNumber)tag.TagValue is not (UniversalTagNumber.UTF8String
            or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.BMPString))
        {
            return null;
        }

        var unit = attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue);
        return unit.EnumerateRunes().All(IsPrintable) ? unit : null;
    }
}
