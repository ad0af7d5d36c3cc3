using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>
/// ML-KEM-768 of others through <see cref="KeyShare"/> and <see cref="IMlKem768"/>: BouncyCastle's everywhere, the platform's where it has one. An initiator's
/// share is made of the vector's seed, and a responder's answer brings the vector's ciphertext behind a point.
/// </summary>
public sealed class MlKemVectorTests
{
    private static readonly ECParameters Own = RecordedEntropy.NewKey(Group.P256);
    private static readonly ECParameters Peer = RecordedEntropy.NewKey(Group.P256);

    public static TheoryData<bool> Providers() => MLKem.IsSupported ? [false, true] : [false];

    [Theory]
    [MemberData(nameof(Providers))]
    public void Wycheproof_agrees_or_is_refused(bool platform)
    {
        IMlKem768 mlKem = Provider(platform);
        var differences = new Differences();
        foreach (WycheproofTest test in WycheproofFile.Read("mlkem_768_test.json"))
        {
            byte[]? agreed = Agree(mlKem, test, out byte[]? encapsulationKey);
            differences.Check(
                test.Name,
                test.IsValid ? agreed.AsSpan().SequenceEqual(test.Bytes("K")) && encapsulationKey.AsSpan().SequenceEqual(test.Bytes("ek")) : agreed is null);
        }
        differences.AssertNone(193);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_known_answer_holds(bool platform) => Assert.True(MlKemKnownAnswer.Holds(Provider(platform)));

    [Fact]
    public void What_is_wrong_in_any_way_does_not_hold()
    {
        foreach (BrokenMlKem.Fault fault in Enum.GetValues<BrokenMlKem.Fault>())
        {
            Assert.False(MlKemKnownAnswer.Holds(new BrokenMlKem(Provider(platform: false), fault)), fault.ToString());
        }
    }

    /// <summary>Each as the one that has the key, and as the other one: on a platform that has no ML-KEM only the library with itself.</summary>
    public static TheoryData<bool, bool> Pairs()
    {
        var pairs = new TheoryData<bool, bool>();
        bool[] providers = MLKem.IsSupported ? [false, true] : [false];
        foreach (bool one in providers)
        {
            foreach (bool other in providers)
            {
                pairs.Add(one, other);
            }
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void They_understand_each_other(bool onePlatform, bool otherPlatform)
    {
        using IMlKem768Key key = Provider(onePlatform).CreateKey(RandomNumberGenerator.GetBytes(MlKem768.SeedSize));
        byte[] encapsulationKey = new byte[MlKem768.EncapsulationKeySize], ciphertext = new byte[MlKem768.CiphertextSize];
        byte[] sent = new byte[MlKem768.SecretSize], received = new byte[MlKem768.SecretSize];
        key.ExportEncapsulationKey(encapsulationKey);

        Provider(otherPlatform).Encapsulate(encapsulationKey, NodeEntropy.Instance, ciphertext, sent);
        key.Decapsulate(ciphertext, received);

        Assert.Equal(sent, received);
        Assert.NotEqual(new byte[MlKem768.SecretSize], sent);
    }

    private static IMlKem768 Provider(bool platform) => platform ? new PlatformMlKem768() : new RecordedEntropy().MlKem;

    private static byte[]? Agree(IMlKem768 mlKem, WycheproofTest test, out byte[]? encapsulationKey)
    {
        encapsulationKey = null;
        byte[] seed = test.Bytes("seed");
        if (seed.Length != MlKem768.SeedSize)
        {
            // A seed is never a peer's: this node draws 64 bytes.
            return null;
        }
        using var own = new KeyShare(Group.P256MlKem768, KeyAgreement.InUse.Import(Group.P256MlKem768, Own), mlKem.CreateKey(seed));
        encapsulationKey = own.Public[Group.P256MlKem768.PointSize..];
        try
        {
            using Secret agreed = own.Agree([0x04, .. Peer.Q.X!, .. Peer.Q.Y!, .. test.Bytes("c")]);
            return agreed.Span[Group.P256MlKem768.CoordinateSize..].ToArray();
        }
        catch (ProtocolException e)
        {
            Assert.Equal(ProtocolError.BadShare, e.Error);
            return null;
        }
    }
}
