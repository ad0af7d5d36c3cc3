using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Which keys may sign with what (clause 2.2), apart from main mode.</summary>
public sealed class LeafSignatureTests
{
    [Fact]
    public void A_key_has_one_algorithm()
    {
        Assert.Equal(SignatureScheme.EcdsaP256Sha256, SchemeOf(() => ECDsa.Create(ECCurve.NamedCurves.nistP256)));
        Assert.Equal(SignatureScheme.EcdsaP384Sha384, SchemeOf(() => ECDsa.Create(ECCurve.NamedCurves.nistP384)));
        Assert.Null(SchemeOf(() => ECDsa.Create(ECCurve.NamedCurves.nistP521)));
    }

    [Theory]
    [InlineData(1_024, null)]
    [InlineData(2_040, null)]
    [InlineData(2_048, SignatureScheme.RsaPssSha256)]
    [InlineData(8_192, SignatureScheme.RsaPssSha256)]
    [InlineData(8_200, null)]
    public void RSA_has_2048_to_8192_bits(int bits, SignatureScheme? expected) => Assert.Equal(expected, SchemeOf(() => PublicRsa(bits)));

    [Fact]
    public void A_leaf_in_another_encoding_is_refused()
    {
        TestIdentity identity = TestIdentity.Of(Role.Responder);
        byte[] signature = identity.Sign([1]);
        byte[] pem = Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", identity.Leaf));

        LeafSignature.Verify(identity.Leaf, identity.Local.Scheme, [1], signature);
        Violation.Of(ProtocolError.BadMessage, () => LeafSignature.Verify(pem, identity.Local.Scheme, [1], signature));
        Violation.Of(ProtocolError.BadMessage, () => LeafSignature.Verify([.. identity.Leaf, 0], identity.Local.Scheme, [1], signature));
        Violation.Of(ProtocolError.BadMessage, () => LeafSignature.Verify([], identity.Local.Scheme, [1], signature));
    }

    [Fact]
    public void An_algorithm_that_is_not_listed_is_refused()
    {
        TestIdentity identity = TestIdentity.Of(Role.Responder);

        Violation.Of(ProtocolError.BadSignature, () => LeafSignature.Verify(identity.Leaf, 0, [1], identity.Sign([1])));
    }

    private static SignatureScheme? SchemeOf(Func<AsymmetricAlgorithm> createKey)
    {
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(TestIdentity.LeafWith(createKey));
        return LeafSignature.SchemeOf(leaf);
    }

    // Any odd number does for a public key that is only measured, and large real ones take seconds to make.
    private static RSA PublicRsa(int bits)
    {
        byte[] modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 0x01;
        return RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
    }
}
