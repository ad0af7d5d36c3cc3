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

    public static Suite SuiteOf(QuickModeVector vector) => Suite.Find(vector.Inputs.Suite)!;

    private static QuickModeVector Make(Suite suite, bool withShare)
    {
        // The larger group with the smaller suite, as in the vectors of main mode.
        Group group = suite == Suite.Aes128Gcm ? Group.P384 : Group.P256;
        var inputs = new QuickModeInputs(
            suite.Name,
            group.Name,
            Random(suite.HashSize),
            Random(Limits.IdSize),
            Counter: 7,
            Random(Limits.NonceSize),
            withShare ? NewKey(group) : null,
            Random(Limits.NonceSize),
            withShare ? NewKey(group) : null);
        return new QuickModeVector($"{suite.Name} {(withShare ? "with" : "without")} share", inputs, QuickModeFunction.Of(inputs));
    }

    private static string Random(int size) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(size));

    private static KeyInput NewKey(Group group)
    {
        ECParameters key = RecordedEntropy.NewKey(group);
        return new KeyInput(group.Id, Convert.ToHexStringLower(key.D!), Convert.ToHexStringLower([0x04, .. key.Q.X!, .. key.Q.Y!]));
    }
}
