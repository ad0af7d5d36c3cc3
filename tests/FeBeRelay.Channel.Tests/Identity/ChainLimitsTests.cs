using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>How much, in what order and in what form a peer may send.</summary>
public sealed class ChainLimitsTests : IDisposable
{
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly PeerCertificateVerifier _verifier;
    private readonly TestLeaf _good = new("be1.lab.test");

    public ChainLimitsTests()
    {
        using var own = _authority.Issue("fe1.lab.test");
        _verifier = new(TrustedRoots.FromCertificates(_authority.Certificate), new FakeTimeProvider(_authority.Now), own.RawData);
    }

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, IdentityRefusal.TooManyCertificates)]
    public void Five_certificates_are_accepted_and_six_are_not(int intermediates, IdentityRefusal? refusal)
    {
        var deepest = _authority;
        for (var i = 0; i < intermediates; i++)
            deepest = deepest.Intermediate($"Intermediate {i}");
        var chain = deepest.ChainOf(_good);
        Assert.Equal(intermediates + 1, chain.Count);
        Assert.Equal(refusal, _verifier.Verify(chain, PeerRole.Responder).Problem?.Refusal);
    }

    [Theory]
    [InlineData(15 * 1024, null)]
    [InlineData(16 * 1024, IdentityRefusal.TooLarge)]
    public void A_chain_of_more_than_16_KiB_is_refused(int padding, IdentityRefusal? refusal) =>
        Assert.Equal(refusal, _verifier.Verify(_authority.ChainOf(_good.WithUnknownExtension(padding)), PeerRole.Responder).Problem?.Refusal);

    [Fact]
    public void An_intermediate_is_needed_and_must_follow_its_subject()
    {
        using var first = _authority.Intermediate("First");
        using var second = first.Intermediate("Second");
        var chain = second.ChainOf(_good);
        Assert.True(_verifier.Verify(chain, PeerRole.Responder).IsAccepted);
        Assert.True(_verifier.Verify([.. chain, _authority.Certificate.RawData], PeerRole.Responder).IsAccepted);
        Assert.Equal(IdentityRefusal.Malformed, _verifier.Verify([chain[0], chain[2], chain[1]], PeerRole.Responder).Problem?.Refusal);
        Assert.Equal(IdentityRefusal.UntrustedRoot, _verifier.Verify([chain[0]], PeerRole.Responder).Problem?.Refusal);
        Assert.Equal(IdentityRefusal.UntrustedRoot, _verifier.Verify([chain[0], chain[1]], PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void Nothing_at_all_is_refused() => Assert.Equal(IdentityRefusal.Malformed, _verifier.Verify([], PeerRole.Responder).Problem?.Refusal);

    [Fact]
    public void PEM_where_DER_belongs_is_refused()
    {
        using var leaf = _authority.Issue(_good);
        var pem = System.Text.Encoding.ASCII.GetBytes(leaf.ExportCertificatePem());
        Assert.Equal(IdentityRefusal.Malformed, _verifier.Verify([pem], PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void A_byte_behind_a_certificate_is_refused()
    {
        using var leaf = _authority.Issue(_good);
        Assert.Equal(IdentityRefusal.Malformed, _verifier.Verify([[.. leaf.RawData, 0]], PeerRole.Responder).Problem?.Refusal);
    }

    [Theory]
    [InlineData("2.5.29.38", "551D26", "551D25", "300A06082B06010505070301")]
    [InlineData("2.5.29.16", "551D10", "551D11", "300682046576696C")]
    public void An_extension_that_occurs_twice_is_refused(string placeholder, string find, string replacement, string content)
    {
        // An extension that is nothing becomes a second extended key usage, or a second subject alternative name.
        var leaf = _good with { MoreExtensions = [new X509Extension(placeholder, Convert.FromHexString(content), false)] };
        Assert.True(_verifier.Verify([_authority.IssueChanged(leaf, [0], [0])], PeerRole.Responder).IsAccepted);
        var twice = _authority.IssueChanged(leaf, Convert.FromHexString(find), Convert.FromHexString(replacement));
        Assert.Equal(IdentityRefusal.Malformed, _verifier.Verify([twice], PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void Every_flipped_bit_of_a_certificate_is_refused_without_an_exception()
    {
        using var leaf = _authority.Issue(_good);
        for (var bit = 0; bit < leaf.RawData.Length * 8; bit++)
        {
            var flipped = leaf.RawData;
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(_verifier.Verify([flipped], PeerRole.Responder).IsAccepted, $"bit {bit}");
        }
    }

    [Fact]
    public void Every_truncation_of_a_certificate_is_refused_without_an_exception()
    {
        using var leaf = _authority.Issue(_good);
        for (var length = 0; length < leaf.RawData.Length; length++)
            Assert.Equal(IdentityRefusal.Malformed, _verifier.Verify([leaf.RawData[..length]], PeerRole.Responder).Problem?.Refusal);
    }
}
