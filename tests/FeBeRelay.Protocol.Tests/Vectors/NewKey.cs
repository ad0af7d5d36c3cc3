using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Key pairs for vectors, of the random bytes that the caller draws.</summary>
internal static class NewKey
{
    /// <summary>An initiator's.</summary>
    public static KeyInput Initiator(Group group, Func<int, byte[]> draw)
    {
        ECParameters key = OfScalar(group, draw(group.CoordinateSize));
        byte[] seed = group.IsHybrid ? draw(MlKem768.SeedSize) : [];
        RecordedEntropy entropy = group.IsHybrid ? new RecordedEntropy().Then(key).Then(seed) : new RecordedEntropy().Then(key);
        using KeyShare share = KeyShare.Create(group, entropy);
        return new KeyInput(group.Id, Convert.ToHexStringLower([.. key.D!, .. seed]), Convert.ToHexStringLower(share.Public));
    }

    /// <summary>A responder's answer to it.</summary>
    public static KeyInput Responder(KeyInput offered, Func<int, byte[]> draw)
    {
        Group group = Group.Find(offered.Group)!;
        ECParameters key = OfScalar(group, draw(group.CoordinateSize));
        byte[] random = group.IsHybrid ? draw(MlKem768.SecretSize) : [];
        RecordedEntropy entropy = group.IsHybrid ? new RecordedEntropy().Then(key).Then(random) : new RecordedEntropy().Then(key);
        (byte[] answer, Secret shared) = KeyShare.Answer(group, Convert.FromHexString(offered.Public), entropy);
        shared.Dispose();
        return new KeyInput(group.Id, Convert.ToHexStringLower([.. key.D!, .. random]), Convert.ToHexStringLower(answer));
    }

    // Random bytes as long as the order are a scalar of these curves, but once in 2^32.
    private static ECParameters OfScalar(Group group, byte[] scalar)
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(new ECParameters { Curve = group.Curve, D = scalar });
        return key.ExportParameters(includePrivateParameters: true);
    }
}
