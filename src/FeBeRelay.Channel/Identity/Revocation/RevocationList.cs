using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>
/// A certificate revocation list (RFC 5280 5): what one authority has taken back. Complete lists of an authority's own certificates only; delta,
/// indirect and partitioned lists are refused when they are read. Immutable.
/// </summary>
public sealed class RevocationList
{
    private readonly HashSet<string> _serials;
    private readonly ReadOnlyMemory<byte> _issuer;
    private readonly ReadOnlyMemory<byte> _signed;
    private readonly ReadOnlyMemory<byte> _signature;
    private readonly string _algorithm;

    internal RevocationList(RevocationListContent content)
    {
        _serials = content.Serials;
        _issuer = content.Issuer;
        _signed = content.Signed;
        _signature = content.Signature;
        _algorithm = content.Algorithm;
        ThisUpdate = content.ThisUpdate;
        NextUpdate = content.NextUpdate;
        IssuerForDisplay = CertificateNames.Printable(new X500DistinguishedName(content.Issuer.Span).Name);
    }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>Until when it counts: by then the authority has issued the next one.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>The authority's name, safe to print.</summary>
    public string IssuerForDisplay { get; }

    /// <summary>Certificates on it.</summary>
    public int Count => _serials.Count;

    /// <summary>Reads one list, PEM (<c>X509 CRL</c>) or DER.</summary>
    /// <param name="content">At most <see cref="IdentityLimits.RevocationListBytes"/>.</param>
    /// <param name="source">The file or address, for the message.</param>
    /// <exception cref="IdentityException">It is not a list that can be used; the message says why and what to do.</exception>
    public static RevocationList Parse(byte[] content, string source) => new(RevocationListReader.Read(content, source));

    /// <summary>Reads one list from a file.</summary>
    /// <exception cref="IdentityException">It cannot be read, or is not a list that can be used.</exception>
    public static RevocationList Load(string path) => Parse(CertificateFile.Read(path, isSecret: false, IdentityLimits.RevocationListBytes), path);

    /// <summary>Whether it is of the authority with that name (and, among authorities of one name, key).</summary>
    internal bool IsOf(X509Certificate2 authority) =>
        _issuer.Span.SequenceEqual(authority.SubjectName.RawData) && MaySign(authority) && IsSignedBy(authority);

    internal bool Lists(X509Certificate2 certificate) => _serials.Contains(SerialOf(certificate.SerialNumberBytes.Span));

    internal bool IsCurrent(DateTimeOffset now) => ThisUpdate <= now && now <= NextUpdate;

    /// <summary>A serial number without the leading zeros that encodings differ in.</summary>
    internal static string SerialOf(ReadOnlySpan<byte> bigEndian) => Convert.ToHexString(bigEndian.TrimStart((byte)0));

    private static bool MaySign(X509Certificate2 authority) =>
        authority.Extensions.OfType<X509KeyUsageExtension>().SingleOrDefault() is not { } usage || usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign);

    private bool IsSignedBy(X509Certificate2 authority) => AuthoritySignature.IsBy(authority, _algorithm, _signed.Span, _signature.Span);
}
