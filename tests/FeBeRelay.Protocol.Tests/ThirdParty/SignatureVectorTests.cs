using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Protocol.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>ECDSA of others through <see cref="LeafSignature"/>: each public key becomes that of a leaf. In DER, signatures are first put into the form of clause 2.2.</summary>
public sealed class SignatureVectorTests : IDisposable
{
    private readonly ECDsa _authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Dictionary<string, byte[]> _leaves = [];

    [Theory]
    [InlineData("ecdsa_secp256r1_sha256_p1363_test.json", 262)]
    [InlineData("ecdsa_secp256r1_sha256_test.json", 484)]
    [InlineData("ecdsa_secp384r1_sha384_test.json", 504)]
    public void Wycheproof_verifies_or_is_refused(string file, int count)
    {
        SignatureScheme scheme = file.Contains("384", StringComparison.Ordinal) ? SignatureScheme.EcdsaP384Sha384 : SignatureScheme.EcdsaP256Sha256;
        bool isDer = !file.Contains("p1363", StringComparison.Ordinal);
        var differences = new Differences();
        foreach (WycheproofTest test in WycheproofFile.Read(file))
        {
            byte[] leaf = LeafOf(test.Group.GetProperty("publicKeyDer").GetString()!);
            byte[]? signature = isDer ? FixedForm(test.Bytes("sig"), scheme) : test.Bytes("sig");
            differences.Check(test.Name, (signature is not null && IsRight(leaf, scheme, test.Bytes("msg"), signature)) == test.IsValid);
        }
        differences.AssertNone(count);
    }

    [Theory]
    [InlineData("FIPS_186-3", "SigVer.rsp", "P-256,SHA-256", SignatureScheme.EcdsaP256Sha256)]
    [InlineData("FIPS_186-3", "SigVer.rsp", "P-384,SHA-384", SignatureScheme.EcdsaP384Sha384)]
    [InlineData("FIPS_186-3", "SigGen.txt", "P-256,SHA-256", SignatureScheme.EcdsaP256Sha256)]
    [InlineData("FIPS_186-3", "SigGen.txt", "P-384,SHA-384", SignatureScheme.EcdsaP384Sha384)]
    public void Nist_verifies_or_is_refused(string folder, string file, string section, SignatureScheme scheme)
    {
        var differences = new Differences();
        foreach (NistEntry entry in NistFile.Read("asymmetric", "ECDSA", folder, file).Where(e => e.IsIn(section)))
        {
            ECParameters key = new() { Curve = CurveOf(scheme), Q = new ECPoint { X = entry.Bytes("Qx"), Y = entry.Bytes("Qy") } };
            using ECDsa publicKey = ECDsa.Create(key);
            byte[] leaf = LeafOf(Convert.ToHexString(publicKey.ExportSubjectPublicKeyInfo()));
            bool isValid = !entry.Has("Result") || entry.Text("Result").StartsWith('P');
            differences.Check(entry.Name, IsRight(leaf, scheme, entry.Bytes("Msg"), [.. entry.Bytes("R"), .. entry.Bytes("S")]) == isValid);
        }
        differences.AssertNone(15);
    }

    public void Dispose() => _authority.Dispose();

    private static bool IsRight(byte[] leaf, SignatureScheme scheme, byte[] message, byte[] signature)
    {
        try
        {
            LeafSignature.Verify(leaf, scheme, message, signature);
            return true;
        }
        catch (ProtocolException e)
        {
            Assert.Equal(ProtocolError.BadSignature, e.Error);
            return false;
        }
    }

    private static ECCurve CurveOf(SignatureScheme scheme) =>
        scheme == SignatureScheme.EcdsaP256Sha256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384;

    /// <summary><c>r || s</c> of an ECDSA-Sig-Value; null where it is not DER or a number does not fit.</summary>
    private static byte[]? FixedForm(byte[] der, SignatureScheme scheme)
    {
        int size = scheme == SignatureScheme.EcdsaP256Sha256 ? 32 : 48;
        byte[] form = new byte[2 * size];
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader numbers = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            bool fits = Write(numbers.ReadInteger(), form.AsSpan(0, size)) && Write(numbers.ReadInteger(), form.AsSpan(size));
            numbers.ThrowIfNotEmpty();
            return fits ? form : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static bool Write(BigInteger number, Span<byte> field)
    {
        if (number.Sign < 0 || number.GetByteCount(isUnsigned: true) > field.Length)
        {
            return false;
        }
        number.TryWriteBytes(field[^number.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
        return true;
    }

    private byte[] LeafOf(string publicKeyInfo)
    {
        if (!_leaves.TryGetValue(publicKeyInfo, out byte[]? leaf))
        {
            var key = PublicKey.CreateFromSubjectPublicKeyInfo(Convert.FromHexString(publicKeyInfo), out _);
            var name = new X500DistinguishedName("CN=vector");
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            DateTimeOffset start = DateTimeOffset.UnixEpoch;
            using X509Certificate2 certificate = request.Create(name, X509SignatureGenerator.CreateForECDsa(_authority), start, start.AddDays(1), [1]);
            leaf = _leaves[publicKeyInfo] = certificate.RawData;
        }
        return leaf;
    }
}
