using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Draws new inputs of quick mode: every suite, with and without share.</summary>
internal static class QuickModeVectorWriter
{
    public static QuickModeVectorFile Make() => new([.. from suite in Suite.All from withShare in (bool[])[false, true] select Make(suite, withShare)]);

    public static ChannelVectorFile MakeChannels(QuickModeVectorFile quickModes)
    {
        QuickModeVector[] chosen = [.. quickModes.QuickMode.Where(v => v.Inputs.InitiatorKey is null)];
        return new ChannelVectorFile(
            [.. chosen.Select(v => ChannelFunction.Of(v.Name, SuiteOf(v), v.Outputs["TS.i"], v.Outputs["TS.r"]))],
            [.. ChannelFunction.Broken(chosen[0].Name, SuiteOf(chosen[0]), chosen[0].Outputs["TS.i"], chosen[0].Outputs["TS.r"])]);
    }

    /// <summary>On the channel of each suite: new keys with a share under its association, then a move to a newer one without.</summary>
    public static InBandVectorFile MakeInBand(QuickModeVectorFile quickModes) => new(
    [
        .. quickModes.QuickMode.Where(v => v.Inputs.InitiatorKey is null).Select(v =>
        {
            Group group = Group.Find(v.Inputs.Group)!;
            QuickModeInputs[] exchanges =
            [
                NewInputs(SuiteOf(v), group, withShare: true) with { MS = v.Inputs.MS, AssociationId = v.Inputs.AssociationId, Counter = 0 },
                NewInputs(SuiteOf(v), group, withShare: false) with { Counter = 0 },
            ];
            return new InBandVector(v.Name, exchanges, InBandFunction.Of(v.Inputs, exchanges));
        }),
    ]);

    /// <summary>One in the hybrid group.</summary>
    public static QuickModeVector MakeHybrid()
    {
        QuickModeInputs inputs = NewInputs(Suite.Aes256Gcm, Group.P256MlKem768, withShare: true);
        return new QuickModeVector($"{Suite.Aes256Gcm.Name} {Group.P256MlKem768.Name}", inputs, QuickModeFunction.Of(inputs));
    }

    public static Suite SuiteOf(QuickModeVector vector) => Suite.Find(vector.Inputs.Suite)!;

    private static QuickModeVector Make(Suite suite, bool withShare)
    {
        // The larger group with the smaller suite, as in the vectors of main mode.
        Group group = suite == Suite.Aes128Gcm ? Group.P384 : Group.P256;
        QuickModeInputs inputs = NewInputs(suite, group, withShare);
        return new QuickModeVector($"{suite.Name} {(withShare ? "with" : "without")} share", inputs, QuickModeFunction.Of(inputs));
    }

    private static QuickModeInputs NewInputs(Suite suite, Group group, bool withShare)
    {
        KeyInput? key = withShare ? NewKey.Initiator(group, RandomNumberGenerator.GetBytes) : null;
        return new QuickModeInputs(
            suite.Name,
            group.Name,
            Random(suite.HashSize),
            Random(Limits.IdSize),
            Counter: 7,
            Random(Limits.NonceSize),
            key,
            Random(Limits.NonceSize),
            key is null ? null : NewKey.Responder(key, RandomNumberGenerator.GetBytes));
    }

    private static string Random(int size) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(size));
}
