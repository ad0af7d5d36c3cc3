using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The function that the quick-mode vectors are values of.</summary>
internal static class QuickModeFunction
{
    public static Dictionary<string, string> Of(QuickModeInputs inputs)
    {
        (byte[] m1, byte[] m2, ChannelSecrets secrets) = Run(inputs);
        int binder = Suite.Find(inputs.Suite)!.HashSize;
        using (secrets)
        {
            return new()
            {
                ["M1 record"] = Convert.ToHexStringLower(m1),
                ["M2 record"] = Convert.ToHexStringLower(m2),
                ["binder 1"] = Convert.ToHexStringLower(m1.AsSpan(^binder..)),
                ["binder 2"] = Convert.ToHexStringLower(m2.AsSpan(^binder..)),
                ["h'"] = Convert.ToHexStringLower(secrets.Hash),
                ["TS.i"] = Convert.ToHexStringLower(secrets.TrafficInitiator.Span),
                ["TS.r"] = Convert.ToHexStringLower(secrets.TrafficResponder.Span),
                ["X'"] = Convert.ToHexStringLower(secrets.Chain.Span),
                ["SPI.i"] = secrets.SpiInitiator.ToString("x8"),
                ["SPI.r"] = secrets.SpiResponder.ToString("x8"),
                ["cid"] = Convert.ToHexStringLower(secrets.Id),
            };
        }
    }

    /// <summary>Both ends; they must agree.</summary>
    public static (byte[] M1, byte[] M2, ChannelSecrets Secrets) Run(QuickModeInputs inputs)
    {
        Suite suite = Suite.Find(inputs.Suite)!;
        using var master = new Secret(Convert.FromHexString(inputs.MS));
        using var keys = new AssociationKeys(suite, Group.Find(inputs.Group)!, Convert.FromHexString(inputs.AssociationId), master);
        using var initiator = new QuickModeInitiator(
            keys, inputs.Counter, forwardSecrecy: inputs.InitiatorKey is not null, Entropy(inputs.InitiatorNonce, inputs.InitiatorKey));
        QuickModeResponder responder = QuickModeResponder.Read(initiator.Message);
        responder.Authenticate(keys, new CounterWindow());
        (byte[] m2, ChannelSecrets theirs) = responder.Accept(keys, Entropy(inputs.ResponderNonce, inputs.ResponderKey));
        ChannelSecrets own = initiator.Receive(m2);
        using (theirs)
        {
            return theirs.Id.AsSpan().SequenceEqual(own.Id) && theirs.TrafficResponder.Span.SequenceEqual(own.TrafficResponder.Span)
                ? (initiator.Message, m2, own)
                : throw new InvalidOperationException("the two ends have different keys");
        }
    }

    public static RecordedEntropy Entropy(string nonce, KeyInput? key)
    {
        var entropy = new RecordedEntropy();
        if (key is not null && MainModeReplay.RestOf(key) is { Length: > 0 } rest)
        {
            entropy.Then(rest);
        }
        entropy.Then(Convert.FromHexString(nonce));
        return key is null ? entropy : entropy.Then(MainModeReplay.KeyOf(key));
    }
}
