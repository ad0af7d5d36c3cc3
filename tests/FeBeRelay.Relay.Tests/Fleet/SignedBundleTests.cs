using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Fleet;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Fleet;

/// <summary>Only what a signer of policies signed gets out of its envelope.</summary>
public sealed class SignedBundleTests : IDisposable
{
    private readonly FleetSite _site = new();
    private readonly byte[] _json = Encoding.UTF8.GetBytes("{}");

    public void Dispose() => _site.Dispose();

    [Fact]
    public void What_was_signed_comes_out() => Assert.Equal(_json, Open(_site.Sign(_json)));

    [Fact]
    public void A_signer_below_an_intermediate_is_believed()
    {
        using TestAuthority issuing = _site.Authority.Intermediate("Issuing");
        using X509Certificate2 signer = issuing.Issue(FleetSite.SignerLeaf);
        Assert.Equal(_json, Open(SignedBundle.Sign(_json, signer, [issuing.Certificate])));
    }

    [Fact]
    public void A_node_may_not_sign_policies()
    {
        using X509Certificate2 node = _site.Authority.Issue(new TestLeaf("policy.lab.test"));
        Assert.Contains("policy signing", Refusal(_site.Sign(_json, node)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signer_of_another_name_or_authority_is_refused()
    {
        using X509Certificate2 other = _site.Authority.Issue(FleetSite.SignerLeaf with { DnsNames = ["mallory.lab.test"] });
        Assert.Contains("signed by mallory.lab.test", Refusal(_site.Sign(_json, other)), StringComparison.Ordinal);
        using TestAuthority foreign = TestAuthority.Create("Foreign", now: DateTimeOffset.UtcNow);
        using X509Certificate2 stranger = foreign.Issue(FleetSite.SignerLeaf);
        Assert.Contains("trusted root", Refusal(_site.Sign(_json, stranger)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_signer_is_refused()
    {
        using X509Certificate2 expired = _site.Authority.Issue(FleetSite.SignerLeaf with { NotAfter = _site.Time.GetUtcNow().AddMinutes(1) });
        byte[] envelope = _site.Sign(_json, expired);
        Assert.Equal(_json, Open(envelope));
        _site.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("expired", Refusal(envelope), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_signers_none_or_content_elsewhere_are_refused()
    {
        using X509Certificate2 signer = _site.Authority.Issue(FleetSite.SignerLeaf);
        var two = new SignedCms(new ContentInfo(_json));
        two.ComputeSignature(new CmsSigner(signer));
        two.ComputeSignature(new CmsSigner(signer));
        Assert.Contains("one signer", Refusal(two.Encode()), StringComparison.Ordinal);
        var detached = new SignedCms(new ContentInfo(_json), detached: true);
        detached.ComputeSignature(new CmsSigner(signer));
        Assert.NotEmpty(Refusal(detached.Encode()));
        two.RemoveSignature(0);
        two.RemoveSignature(0);
        Assert.NotEmpty(Refusal(two.Encode()));
    }

    [Fact]
    public void A_weak_hash_is_refused()
    {
        using X509Certificate2 signer = _site.Authority.Issue(FleetSite.SignerLeaf);
        var weak = new SignedCms(new ContentInfo(_json));
        weak.ComputeSignature(new CmsSigner(signer) { DigestAlgorithm = new Oid("1.3.14.3.2.26") });
        Assert.Contains("weaker", Refusal(weak.Encode()), StringComparison.Ordinal);
    }

    [Fact]
    public void No_damage_lets_other_content_out_or_breaks_anything_else()
    {
        byte[] envelope = _site.Sign(_json);
        for (int i = 0; i < envelope.Length; i++)
        {
            byte[] changed = [.. envelope];
            changed[i] ^= 0x04;
            try
            {
                // A change that is not under the signature (which certificate stands beside it) may pass; the content may not.
                Assert.Equal(_json, Open(changed));
            }
            catch (BundleException)
            {
                // Refused.
            }
            Assert.NotEmpty(Refusal(envelope[..i]));
        }
    }

    private byte[] Open(byte[] envelope) => SignedBundle.Open(envelope, _site.Identity.Verify, ["policy.lab.test"]);

    private string Refusal(byte[] envelope) => Assert.Throws<BundleException>(() => Open(envelope)).Message;
}
