using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Testing.Certificates;

/// <summary>
/// Makes certificates, good ones and every kind of bad one. It shares no code with the product's own authority, so that the two do
/// not agree in an error.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly TestAuthority? _parent;
    private readonly RSASignaturePadding _padding;

    private TestAuthority(X509Certificate2 certificate, AsymmetricAlgorithm key, TestAuthority? parent, RSASignaturePadding padding, DateTimeOffset now)
    {
        Certificate = certificate;
        _key = key;
        _parent = parent;
        _padding = padding;
        Now = now;
    }

    /// <summary>A time in the middle of the default certificates' validity, for a fake clock.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public static TestAuthority Create(string name = "Test Authority", DateTimeOffset? now = null) =>
        Create(AuthorityNamed(name), now);

    /// <summary>A root that differs from the good ones in what <paramref name="spoil"/> says.</summary>
    public static TestAuthority Create(TestLeaf root, DateTimeOffset? now = null)
    {
        var time = now ?? TimeProvider.System.GetUtcNow();
        var key = root.CreateKey();
        var request = RequestFor(root, key);
        var certificate = Sign(request, request.SubjectName, key, root, time);
        return new(certificate, key, parent: null, root.Padding, time);
    }

    public static TestLeaf AuthorityNamed(string name) => new(name)
    {
        DnsNames = [],
        Purposes = null,
        IsAuthority = true,
        KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
    };

    /// <summary>A certificate that signs itself, with its private key.</summary>
    public static X509Certificate2 SelfSigned(TestLeaf leaf, DateTimeOffset now)
    {
        using var key = leaf.CreateKey();
        var request = RequestFor(leaf, key);
        return WithKey(Sign(request, request.SubjectName, key, leaf, now), key);
    }

    public X509Certificate2 Issue(string name) => Issue(new TestLeaf(name));

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Issue(TestLeaf leaf)
    {
        using var key = leaf.CreateKey();
        return WithKey(Sign(RequestFor(leaf, key), Certificate.SubjectName, _key, leaf, Now), key);
    }

    public TestAuthority Intermediate(string name) => Intermediate(AuthorityNamed(name));

    public TestAuthority Intermediate(TestLeaf authority)
    {
        var key = authority.CreateKey();
        return new(Sign(RequestFor(authority, key), Certificate.SubjectName, _key, authority, Now), key, this, authority.Padding, Now);
    }

    /// <summary>A chain as a peer sends it: the leaf and the intermediates, without the root.</summary>
    public IReadOnlyList<byte[]> ChainOf(X509Certificate2 leaf)
    {
        var chain = new List<byte[]> { leaf.RawData };
        for (var authority = this; authority._parent is not null; authority = authority._parent)
            chain.Add(authority.Certificate.RawData);
        return chain;
    }

    public IReadOnlyList<byte[]> ChainOf(TestLeaf leaf)
    {
        using var key = leaf.CreateKey();
        using var certificate = Sign(RequestFor(leaf, key), Certificate.SubjectName, _key, leaf, Now);
        return ChainOf(certificate);
    }

    /// <summary>Certificate and key as PEM, also where the platform will not join the two.</summary>
    public (string Certificate, string Key) IssuePem(TestLeaf leaf)
    {
        using var key = leaf.CreateKey();
        using var certificate = Sign(RequestFor(leaf, key), Certificate.SubjectName, _key, leaf, Now);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Signs a revocation list, DER.</summary>
    public byte[] SignList(CertificateRevocationListBuilder list, System.Numerics.BigInteger number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate) => list.Build(
        Certificate.SubjectName, new AnySignature(_key, _padding), number, nextUpdate, HashAlgorithmName.SHA256,
        X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false), thisUpdate);

    /// <summary>Signs anything else that an authority publishes.</summary>
    public byte[] SignData(byte[] data) => new AnySignature(_key, _padding).SignData(data, HashAlgorithmName.SHA256);

    /// <summary>Makes a certificate that no request can ask for: its signed part is changed, then signed again.</summary>
    public byte[] IssueChanged(TestLeaf leaf, byte[] find, byte[] replacement)
    {
        var fields = new AsnReader(ChainOf(leaf)[0], AsnEncodingRules.DER).ReadSequence();
        var signed = fields.ReadEncodedValue().ToArray();
        var at = signed.AsSpan().IndexOf(find);
        replacement.CopyTo(signed, at);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(signed);
            writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
            writer.WriteBitString(new AnySignature(_key, leaf.Padding).SignData(signed, leaf.Hash));
        }

        return writer.Encode();
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request, X500DistinguishedName issuer, AsymmetricAlgorithm key, TestLeaf leaf, DateTimeOffset now) =>
        Sign(request, issuer, key, leaf with { Padding = leaf.Padding == RSASignaturePadding.Pkcs1 ? _padding : leaf.Padding }, now, Certificate);

    private static X509Certificate2 Sign(
        CertificateRequest request, X500DistinguishedName issuer, AsymmetricAlgorithm key, TestLeaf leaf, DateTimeOffset now, X509Certificate2? authority = null)
    {
        if (authority is not null)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x01);
        return request.Create(
            issuer, new AnySignature(key, leaf.Padding), leaf.NotBefore ?? now.AddHours(-1), leaf.NotAfter ?? now.AddDays(30), serial);
    }

    private static CertificateRequest RequestFor(TestLeaf leaf, AsymmetricAlgorithm key)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (var unit in leaf.OrganizationalUnits)
            subject.AddOrganizationalUnitName(unit);
        subject.AddCommonName(leaf.Name);
        var request = new CertificateRequest(subject.Build(), new PublicKey(key), leaf.Hash);
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(leaf.IsAuthority, false, 0, true));
        extensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (leaf.KeyUsage is { } usage)
            extensions.Add(new X509KeyUsageExtension(usage, true));
        if (leaf.Purposes is { } purposes)
            extensions.Add(new X509EnhancedKeyUsageExtension([.. purposes.Select(purpose => new Oid(purpose))], false));
        if (leaf.DnsNames.Count > 0)
            extensions.Add(NamesOf(leaf));
        foreach (var extension in leaf.MoreExtensions)
            extensions.Add(extension);
        return request;
    }

    private static X509Extension NamesOf(TestLeaf leaf)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in leaf.DnsNames)
            names.AddDnsName(name);
        return names.Build();
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        using (certificate)
            return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
    }
}
