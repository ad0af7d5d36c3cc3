using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Certificates;

/// <summary>A request comes from a stranger: names are taken from it, nothing else.</summary>
public sealed class NodeRequestTests
{
    private static readonly IssueRequest Names = new("fe1.lab.test") { DnsNames = ["fe1.lab.test", "fe.lab.test"], OrganizationalUnits = ["Front Ends"] };

    [Fact]
    public void Names_and_key_of_a_request_reach_the_certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = NodeRequest.Parse(NodeRequest.Create(key, Names), "fe1.csr");
        using var authority = CertificateAuthority.Create("Site CA", TimeProvider.System);
        using var certificate = authority.Sign(asked);
        Assert.Equal(Names.DnsNames, CertificateNames.DnsNames(certificate));
        Assert.Equal(Names.OrganizationalUnits, CertificateNames.OrganizationalUnits(certificate.SubjectName));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Empty(CertificateRules.LeafProblems(certificate, PeerRole.Initiator, TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public void A_request_to_become_an_authority_makes_an_ordinary_certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fe1.lab.test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(NodeRequest.AlternativeNames(Names));
        using var authority = CertificateAuthority.Create("Site CA", TimeProvider.System);
        using var certificate = authority.Sign(NodeRequest.Parse(request.CreateSigningRequestPem(), "fe1.csr"));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
    }

    [Fact]
    public void A_request_without_a_DNS_name_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AssertRefused("has no DNS name", new CertificateRequest("CN=fe1.lab.test", key, HashAlgorithmName.SHA256).CreateSigningRequestPem());
    }

    [Fact]
    public void A_request_for_a_wildcard_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fe1.lab.test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(NodeRequest.AlternativeNames(Names with { DnsNames = ["fe1.lab.test", "*.lab.test"] }));
        AssertRefused("'*.lab.test' is not a host name", request.CreateSigningRequestPem());
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    public void Only_keys_that_nodes_accept_are_certified(int bits)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest("CN=fe1.lab.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(NodeRequest.AlternativeNames(Names));
        if (bits < 2048)
            AssertRefused("nodes sign with ECDSA", request.CreateSigningRequestPem());
        else
            Assert.Equal(Names.DnsNames, NodeRequest.Parse(request.CreateSigningRequestPem(), "fe1.csr").Names.DnsNames);
    }

    [Fact]
    public void A_request_whose_signature_is_wrong_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = Convert.FromBase64String(string.Concat(NodeRequest.Create(key, Names).Split('\n')[1..^1]));
        der[^1] ^= 1;
        AssertRefused("its signature is wrong", PemEncoding.WriteString("CERTIFICATE REQUEST", der));
    }

    [Fact]
    public void What_is_not_a_request_is_refused() => AssertRefused("not a signing request", "hello");

    private static void AssertRefused(string expected, string pem)
    {
        var error = Assert.Throws<CertificateException>(() => NodeRequest.Parse(pem, "fe1.csr"));
        Assert.StartsWith("fe1.csr: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
