using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Draws key pairs for vectors.</summary>
internal static class NewKey
{
    /// <summary>An initiator's.</summary>
    public static KeyInput Initiator(Group group)
    {
        ECParameters key = RecordedEntropy.NewKey(group);
        byte[] seed = group.IsHybrid ? RandomNumberGenerator.GetBytes(MlKem768.SeedSize) : [];
        RecordedEntropy entropy = group.IsHybrid ? new RecordedEntropy().Then(key).Then(seed) : new RecordedEntropy().Then(key);
        using KeyShare share = KeyShare.Create(group, entropy);
        return new KeyInput(group.Id, Convert.ToHexStringLower([.. key.D!, .. seed]), Convert.ToHexStringLower(share.Public));
    }

    /// <summary>A responder's answer to it.</summary>
    public static KeyInput Responder(KeyInput offered)
    {
        Group group = Group.Find(offered.Group)!;
        ECParameters key = RecordedEntropy.NewKey(group);
        byte[] random = group.IsHybrid ? RandomNumberGenerator.GetBytes(MlKem768.SecretSize) : [];
        RecordedEntropy entropy = group.IsHybrid ? new RecordedEntropy().Then(key).Then(random) : new RecordedEntropy().Then(key);
        (byte[] answer, Secret shared) = KeyShare.Answer(group, Convert.FromHexString(offered.Public), entropy);
        shared.Dispose();
        return new KeyInput(group.Id, Convert.ToHexStringLower([.. key.D!, .. random]), Convert.ToHexStringLower(answer));
    }
}
