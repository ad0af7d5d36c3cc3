using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>Every trap of certificates that a chain engine alone falls into, one test each.</summary>
public sealed class PeerCertificateVerifierTests : IDisposable
{
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly X509Certificate2 _own;
    private readonly FakeTimeProvider _time;
    private readonly PeerCertificateVerifier _verifier;
    private readonly TestLeaf _good = new("be1.lab.test");

    public PeerCertificateVerifierTests()
    {
        _own = _authority.Issue("fe1.lab.test");
        _time = new FakeTimeProvider(_authority.Now);
        _verifier = new PeerCertificateVerifier(TrustedRoots.FromCertificates(_authority.Certificate), _time, _own.RawData);
    }

    public void Dispose()
    {
        _own.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(PeerRole.Initiator)]
    [InlineData(PeerRole.Responder)]
    public void A_good_certificate_is_accepted_in_both_roles(PeerRole role)
    {
        using var leaf = _authority.Issue(_good with { DnsNames = ["BE1.lab.test", "mail.lab.test"], OrganizationalUnits = ["Back Ends", "Exchange"] });
        var verdict = _verifier.Verify([leaf.RawData], role);
        Assert.True(verdict.IsAccepted, verdict.Problem?.Explanation);
        Assert.Equal("be1.lab.test", verdict.Identity.Name);
        Assert.Equal(["be1.lab.test", "mail.lab.test"], verdict.Identity.DnsNames);
        Assert.Equal(["Back Ends", "Exchange"], verdict.Identity.OrganizationalUnits.Order());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(leaf.RawData)), verdict.Identity.Fingerprint);
        Assert.Equal(leaf.NotAfter.ToUniversalTime(), verdict.Identity.NotAfter.UtcDateTime);
        Assert.Contains("be1.lab.test", verdict.Identity.SubjectForDisplay, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leaf_without_extended_key_usage_is_refused() =>
        AssertRefused(IdentityRefusal.MissingExtendedKeyUsage, _good.WithoutExtendedKeyUsage());

    [Theory]
    [InlineData(PeerRole.Initiator, TestLeaf.ServerAuthentication)]
    [InlineData(PeerRole.Responder, TestLeaf.ClientAuthentication)]
    [InlineData(PeerRole.Initiator, TestLeaf.AnyPurpose)]
    [InlineData(PeerRole.Responder, TestLeaf.AnyPurpose)]
    public void A_leaf_with_the_extended_key_usage_of_another_role_or_of_any_is_refused(PeerRole role, string purpose) =>
        AssertRefused(IdentityRefusal.WrongExtendedKeyUsage, _good.WithPurposes(purpose), role);

    [Theory]
    [InlineData(PeerRole.Initiator, TestLeaf.ClientAuthentication)]
    [InlineData(PeerRole.Responder, TestLeaf.ServerAuthentication)]
    public void A_leaf_with_only_the_extended_key_usage_of_its_role_is_accepted(PeerRole role, string purpose) =>
        Assert.True(_verifier.Verify(_authority.ChainOf(_good.WithPurposes(purpose)), role).IsAccepted);

    [Fact]
    public void A_leaf_signed_with_SHA1_is_refused() => AssertRefused(IdentityRefusal.WeakSignature, _good.SignedWithSha1());

    [Fact]
    public void An_intermediate_signed_with_SHA1_is_refused()
    {
        using var intermediate = _authority.Intermediate(TestAuthority.AuthorityNamed("Weakly Signed").SignedWithSha1());
        AssertRefused(IdentityRefusal.WeakSignature, intermediate.ChainOf(_good));
    }

    [Fact]
    public void A_PSS_signature_whose_absent_parameters_mean_SHA1_is_refused()
    {
        using var authority = TestAuthority.Create(TestAuthority.AuthorityNamed("PSS") with { CreateKey = () => RSA.Create(2048), Padding = RSASignaturePadding.Pss });
        _verifier.ReplaceTrust(TrustedRoots.FromCertificates(authority.Certificate), RevocationLists.None);
        AssertRefused(IdentityRefusal.WeakSignature, authority.ChainOf(_good.SignedWithSha1()));
        Assert.True(_verifier.Verify(authority.ChainOf(_good), PeerRole.Responder).IsAccepted);
    }

    [Fact]
    public void A_root_may_have_signed_itself_with_SHA1_because_nobody_relies_on_that()
    {
        using var old = TestAuthority.Create(TestAuthority.AuthorityNamed("Old Root").SignedWithSha1());
        _verifier.ReplaceTrust(TrustedRoots.FromCertificates(old.Certificate), RevocationLists.None);
        using var leaf = old.Issue(_good);
        Assert.True(_verifier.Verify([leaf.RawData], PeerRole.Responder).IsAccepted);
        Assert.True(_verifier.Verify([leaf.RawData, old.Certificate.RawData], PeerRole.Responder).IsAccepted);
    }

    [Fact]
    public void A_leaf_with_a_common_name_but_no_DNS_name_is_refused() => AssertRefused(IdentityRefusal.NoDnsName, _good.CommonNameOnly());

    [Fact]
    public void A_leaf_with_nothing_but_a_wildcard_is_refused() => AssertRefused(IdentityRefusal.NoDnsName, _good with { DnsNames = ["*.lab.test"] });

    [Fact]
    public void A_self_signed_certificate_is_refused()
    {
        using var leaf = TestAuthority.SelfSigned(_good, _authority.Now);
        AssertRefused(IdentityRefusal.UntrustedRoot, [leaf.RawData]);
    }

    [Fact]
    public void A_certificate_of_another_authority_is_refused_even_if_that_sends_its_root()
    {
        using var other = TestAuthority.Create("Other Authority");
        using var leaf = other.Issue(_good);
        AssertRefused(IdentityRefusal.UntrustedRoot, [leaf.RawData]);
        AssertRefused(IdentityRefusal.UntrustedRoot, [leaf.RawData, other.Certificate.RawData]);
    }

    [Fact]
    public void A_certificate_of_another_authority_with_the_same_name_is_refused()
    {
        using var namesake = TestAuthority.Create();
        using var leaf = namesake.Issue(_good);
        Assert.False(_verifier.Verify([leaf.RawData], PeerRole.Responder).IsAccepted);
        Assert.False(_verifier.Verify([leaf.RawData, namesake.Certificate.RawData], PeerRole.Responder).IsAccepted);
        Assert.False(_verifier.Verify([leaf.RawData, _authority.Certificate.RawData], PeerRole.Responder).IsAccepted);
    }

    [Fact]
    public void A_leaf_that_a_node_issued_is_refused()
    {
        using var node = _authority.Intermediate(new TestLeaf("fe2.lab.test"));
        Assert.False(_verifier.Verify(node.ChainOf(_good), PeerRole.Responder).IsAccepted);
    }

    [Fact]
    public void The_time_is_the_one_that_the_node_is_given()
    {
        using var future = TestAuthority.Create("Future", _authority.Now.AddYears(20));
        _verifier.ReplaceTrust(TrustedRoots.FromCertificates(future.Certificate), RevocationLists.None);
        AssertRefused(IdentityRefusal.NotYetValid, future.ChainOf(_good));
        _time.SetUtcNow(future.Now);
        Assert.True(_verifier.Verify(future.ChainOf(_good), PeerRole.Responder).IsAccepted);
    }

    [Fact]
    public void An_expired_leaf_is_refused() => AssertRefused(IdentityRefusal.Expired, _good.Expired(_authority.Now));

    [Fact]
    public void A_leaf_that_is_not_valid_yet_is_refused() => AssertRefused(IdentityRefusal.NotYetValid, _good.NotYetValid(_authority.Now));

    [Fact]
    public void An_expired_intermediate_is_refused()
    {
        using var intermediate = _authority.Intermediate(TestAuthority.AuthorityNamed("Expired").Expired(_authority.Now));
        AssertRefused(IdentityRefusal.Expired, intermediate.ChainOf(_good));
    }

    [Fact]
    public void An_expired_root_is_refused()
    {
        using var expired = TestAuthority.Create(TestAuthority.AuthorityNamed("Expired Root").Expired(_authority.Now));
        _verifier.ReplaceTrust(TrustedRoots.FromCertificates(expired.Certificate), RevocationLists.None);
        AssertRefused(IdentityRefusal.Expired, expired.ChainOf(_good));
    }

    [Fact]
    public void A_short_RSA_key_is_refused() => AssertRefused(IdentityRefusal.WeakKey, _good.WithRsaKey(1024));

    [Fact]
    public void An_RSA_key_of_2048_bits_is_accepted() =>
        Assert.True(_verifier.Verify(_authority.ChainOf(_good.WithRsaKey(2048)), PeerRole.Responder).IsAccepted);

    [Fact]
    public void An_RSA_key_with_a_huge_exponent_is_refused_because_checking_its_signatures_is_too_dear() =>
        AssertRefused(IdentityRefusal.WeakKey, _good with
        {
            CreateKey = () =>
            {
                using var usual = RSA.Create(2048);
                return RSA.Create(usual.ExportParameters(false) with { Exponent = [.. Enumerable.Repeat((byte)0x7f, 255)] });
            },
        });

    [Fact]
    public void An_intermediate_with_a_short_RSA_key_is_refused()
    {
        using var intermediate = _authority.Intermediate(TestAuthority.AuthorityNamed("Short").WithRsaKey(1024));
        AssertRefused(IdentityRefusal.WeakKey, intermediate.ChainOf(_good));
    }

    [Fact]
    public void A_key_on_a_curve_that_is_not_listed_is_refused() =>
        AssertRefused(IdentityRefusal.WeakKey, _good.WithCurve(ECCurve.CreateFromFriendlyName("secp256k1")));

    [Fact]
    public void A_key_on_a_curve_given_by_explicit_parameters_is_refused() =>
        AssertRefused(IdentityRefusal.WeakKey, _good with
        {
            CreateKey = () =>
            {
                using var named = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                return ECDsa.Create(named.ExportExplicitParameters(true));
            },
        });

    [Theory]
    [InlineData(X509KeyUsageFlags.KeyAgreement)]
    [InlineData(null)]
    public void A_leaf_whose_key_may_not_sign_is_refused(X509KeyUsageFlags? usage) =>
        AssertRefused(IdentityRefusal.NoDigitalSignature, _good with { KeyUsage = usage });

    [Fact]
    public void An_authority_as_leaf_is_refused() => AssertRefused(IdentityRefusal.LeafIsAuthority, _good with { IsAuthority = true });

    [Fact]
    public void The_nodes_own_certificate_coming_back_is_refused() => AssertRefused(IdentityRefusal.OwnLeaf, [_own.RawData]);

    [Fact]
    public void Another_certificate_for_the_nodes_own_key_is_refused()
    {
        using var key = _own.GetECDsaPrivateKey()!;
        var parameters = key.ExportParameters(true);
        AssertRefused(IdentityRefusal.OwnLeaf, _good with { CreateKey = () => ECDsa.Create(parameters) });
    }

    [Fact]
    public void An_unknown_critical_extension_is_refused_and_an_unknown_other_one_is_not()
    {
        Assert.False(_verifier.Verify(_authority.ChainOf(_good.WithUnknownExtension(16, critical: true)), PeerRole.Responder).IsAccepted);
        Assert.True(_verifier.Verify(_authority.ChainOf(_good.WithUnknownExtension(16)), PeerRole.Responder).IsAccepted);
    }

    [Fact]
    public void An_intermediate_that_may_issue_for_the_other_role_only_is_refused()
    {
        using var intermediate = _authority.Intermediate(TestAuthority.AuthorityNamed("Servers Only").WithPurposes(TestLeaf.ServerAuthentication));
        Assert.True(_verifier.Verify(intermediate.ChainOf(_good), PeerRole.Responder).IsAccepted);
        AssertRefused(IdentityRefusal.WrongExtendedKeyUsage, intermediate.ChainOf(_good), PeerRole.Initiator);
    }

    private void AssertRefused(IdentityRefusal refusal, TestLeaf leaf, PeerRole role = PeerRole.Responder) =>
        AssertRefused(refusal, _authority.ChainOf(leaf), role);

    private void AssertRefused(IdentityRefusal refusal, IReadOnlyList<byte[]> chain, PeerRole role = PeerRole.Responder)
    {
        var verdict = _verifier.Verify(chain, role);
        Assert.False(verdict.IsAccepted);
        Assert.Equal((refusal, verdict.Problem.Explanation), (verdict.Problem.Refusal, verdict.Problem.Explanation));
        Assert.DoesNotContain('\n', verdict.Problem.Explanation);
    }
}
