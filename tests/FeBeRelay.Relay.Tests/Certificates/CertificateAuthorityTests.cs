using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Certificates;

/// <summary>What the authority makes is what the verifier accepts, in memory as the lab uses it.</summary>
public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly PeerRole[] BothRoles = [PeerRole.Initiator, PeerRole.Responder];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly CertificateAuthority _authority;

    public CertificateAuthorityTests() => _authority = CertificateAuthority.Create("Site CA", _time);

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Two_nodes_of_one_authority_accept_each_other_in_both_roles()
    {
        using var frontEnd = _authority.Issue(new("fe1.lab.test") { OrganizationalUnits = ["Front Ends"] });
        using var backEnd = _authority.Issue(new("be1") { DnsNames = ["be1.lab.test", "mail.lab.test"] });
        using var own = NodeCertificate.FromCertificate(frontEnd, [], BothRoles, _time);
        using var peer = NodeCertificate.FromCertificate(backEnd, [], BothRoles, _time);
        Assert.All(BothRoles, role =>
        {
            Assert.Equal("be1.lab.test", Verify(peer.Chain, own, role).Identity?.Name);
            Assert.True(Verify(own.Chain, peer, role).Identity?.Matches("ou=Front Ends"));
        });
    }

    [Fact]
    public void A_certificate_has_what_an_administrator_expects_of_it()
    {
        using var certificate = _authority.Issue(new("fe1.lab.test"));
        Assert.Equal("CN=fe1.lab.test", certificate.Subject);
        Assert.Equal("CN=Site CA", certificate.Issuer);
        Assert.Equal(
            [CertificateRules.ClientAuthentication, CertificateRules.ServerAuthentication],
            certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(purpose => purpose.Value));
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(
            _authority.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes,
            certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value);
        Assert.Single(certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>());
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(_time.GetUtcNow().AddDays(IssueRequest.DefaultDays), certificate.NotAfter.ToUniversalTime());
        Assert.True(certificate.NotBefore.ToUniversalTime() < _time.GetUtcNow());
    }

    [Fact]
    public void Two_certificates_never_share_a_serial_number()
    {
        using var one = _authority.Issue(new("fe1.lab.test"));
        using var other = _authority.Issue(new("fe1.lab.test"));
        Assert.NotEqual(one.SerialNumber, other.SerialNumber);
    }

    [Fact]
    public void A_certificate_never_outlives_its_authority()
    {
        using var certificate = _authority.Issue(new("fe1.lab.test") { Days = 36_500 });
        Assert.Equal(_authority.Certificate.NotAfter, certificate.NotAfter);
        _time.Advance(TimeSpan.FromDays(CertificateAuthority.DefaultDays + 1));
        Assert.Contains("the authority itself expired", Assert.Throws<CertificateException>(() => _authority.Issue(new("fe1.lab.test"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_longer_than_a_common_name_may_be_is_issued()
    {
        var name = string.Join('.', Enumerable.Repeat("a-rather-long-label", 5));
        using var certificate = _authority.Issue(new(name));
        Assert.Equal("CN=a-rather-long-label", certificate.Subject);
        Assert.Equal([name], CertificateNames.DnsNames(certificate));
    }

    [Theory]
    [InlineData("*.lab.test", "")]
    [InlineData("fe1 lab", "")]
    [InlineData("fe1\n", "")]
    [InlineData("fe1.lab.test", "Front\nEnds")]
    [InlineData("fe1.lab.test", " ")]
    public void Names_that_no_node_could_use_are_not_issued(string name, string unit)
    {
        var names = new IssueRequest(name) { OrganizationalUnits = unit.Length == 0 ? [] : [unit.Trim(' ')] };
        Assert.Throws<CertificateException>(() => _authority.Issue(names));
    }

    private PeerVerdict Verify(IReadOnlyList<byte[]> chain, NodeCertificate own, PeerRole role) =>
        new PeerCertificateVerifier(TrustedRoots.FromCertificates(_authority.Certificate), _time, own.Leaf).Verify(chain, role);
}
