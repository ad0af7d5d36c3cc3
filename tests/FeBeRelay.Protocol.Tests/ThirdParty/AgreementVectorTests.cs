using System.Formats.Asn1;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Tests.Agreements;
using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>
/// ECDH of others through <see cref="KeyShare"/>. Stricter on purpose (clause 2.2): one form of a public value, <c>04 || X || Y</c> of the named curve,
/// so vectors that Wycheproof calls acceptable (compressed points, curves written out) are refused.
/// </summary>
public sealed class AgreementVectorTests
{
    private const string EcPublicKey = "1.2.840.10045.2.1";

    [Theory]
    [InlineData("ecdh_secp256r1_ecpoint_test.json", 355)]
    [InlineData("ecdh_secp256r1_test.json", 612)]
    [InlineData("ecdh_secp384r1_ecpoint_test.json", 790)]
    public void Wycheproof_agrees_or_is_refused(string file, int count)
    {
        Group group = file.Contains("384", StringComparison.Ordinal) ? Group.P384 : Group.P256;
        bool isEncoded = !file.Contains("ecpoint", StringComparison.Ordinal);
        var differences = new Differences();
        foreach (WycheproofTest test in WycheproofFile.Read(file))
        {
            byte[]? share = isEncoded ? PointOf(test.Bytes("public"), group) : test.Bytes("public");
            byte[]? agreed = share is null ? null : Agree(group, Scalar(test.Text("private"), group), share);
            differences.Check(test.Name, test.IsValid ? agreed.AsSpan().SequenceEqual(test.Bytes("shared")) : agreed is null);
        }
        differences.AssertNone(count);
    }

    [Theory]
    [InlineData("KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax", 60)]
    [InlineData("KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_resp.fax", 60)]
    [InlineData("KASValidityTest_ECCStaticUnified_KDFConcat_NOKC_init.fax", 150)]
    [InlineData("KASValidityTest_ECCStaticUnified_KDFConcat_NOKC_resp.fax", 150)]
    public void Nist_agrees_or_is_refused(string file, int count)
    {
        var differences = new Differences();
        foreach (NistEntry entry in NistFile.Read("asymmetric", "ECDH", file).Where(e => e.Has("Result")))
        {
            if (GroupOf(entry.Section[0]) is { } group)
            {
                byte[] share = [0x04, .. entry.Bytes("QsCAVSx"), .. entry.Bytes("QsCAVSy")];
                byte[]? agreed = Agree(group, Scalar(entry.Text("dsIUT"), group), share);
                differences.Check(entry.Name + entry.Text("Result"), IsAsNistSays(entry, agreed));
            }
        }
        differences.AssertNone(count);
    }

    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    public void Nist_points_are_taken_or_refused(string curve)
    {
        Group group = GroupOf(curve)!;
        byte[] own = RecordedScalar(group);
        var differences = new Differences();
        foreach (NistEntry entry in NistFile.Read("asymmetric", "ECDSA", "FIPS_186-3", "PKV.rsp").Where(e => e.IsIn(curve)))
        {
            byte[] share = [0x04, .. entry.Bytes("Qx"), .. entry.Bytes("Qy")];
            differences.Check(entry.Name, (Agree(group, own, share) is not null) == entry.Text("Result").StartsWith('P'));
        }
        differences.AssertNone(12);
    }

    /// <summary>Faults of one's own key pair (5 to 7) cannot come from a peer: then only the peer's point counts, which is good.</summary>
    private static bool IsAsNistSays(NistEntry entry, byte[]? agreed) => entry.Text("Result").Split('(', ' ')[2..].First(part => part.Length > 0) switch
    {
        "1" or "2" => agreed is null,
        "5" or "6" => agreed is not null,
        "7" or "8" => agreed is not null && !agreed.AsSpan().SequenceEqual(entry.Bytes("Z")),
        _ => agreed.AsSpan().SequenceEqual(entry.Bytes("Z")),
    };

    /// <summary>The sections' names: EC and ED stand for these curves in NIST's files of agreements.</summary>
    private static Group? GroupOf(string section) => section.Split(' ', '-')[0] switch
    {
        "EC" => Group.P256,
        "ED" => Group.P384,
        _ when section == "P-256" => Group.P256,
        _ when section == "P-384" => Group.P384,
        _ => null,
    };

    // By every key agreement that there is: all must say the same.
    private static byte[]? Agree(Group group, byte[] scalar, byte[] share)
    {
        byte[]?[] agreed = [.. Implementations.Each.Select(agreement => Agree(agreement, group, scalar, share))];
        Assert.All(agreed, one => Assert.Equal(agreed[0], one));
        return agreed[0];
    }

    private static byte[]? Agree(IKeyAgreement agreement, Group group, byte[] scalar, byte[] share)
    {
        using var own = new KeyShare(group, agreement.Import(group, new ECParameters { Curve = group.Curve, D = scalar }));
        try
        {
            using Secret agreed = own.Agree(share);
            return agreed.Span.ToArray();
        }
        catch (ProtocolException e)
        {
            Assert.Equal(ProtocolError.BadShare, e.Error);
            return null;
        }
    }

    /// <summary>The point of a SubjectPublicKeyInfo that names this very curve.</summary>
    private static byte[]? PointOf(byte[] encoded, Group group)
    {
        try
        {
            var reader = new AsnReader(encoded, AsnEncodingRules.DER);
            AsnReader key = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            AsnReader algorithm = key.ReadSequence();
            bool named = algorithm.ReadObjectIdentifier() == EcPublicKey && algorithm.ReadObjectIdentifier() == group.Curve.Oid.Value;
            algorithm.ThrowIfNotEmpty();
            byte[] point = key.ReadBitString(out int unused);
            key.ThrowIfNotEmpty();
            return named && unused == 0 ? point : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static byte[] Scalar(string hex, Group group)
    {
        string digits = hex.TrimStart('0').PadLeft(group.CoordinateSize * 2, '0');
        return Convert.FromHexString(digits);
    }

    private static byte[] RecordedScalar(Group group)
    {
        byte[] scalar = new byte[group.CoordinateSize];
        scalar.AsSpan(1).Fill(0x5A);
        return scalar;
    }
}
