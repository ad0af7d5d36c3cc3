using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>The key tree of quick mode (clause 3.3), in the order in which its steps are possible.</summary>
internal sealed class QuickModeSchedule : IDisposable
{
    private readonly Suite _suite;
    private readonly Secret _handshake;

    /// <summary><c>HS</c>, once both shares are known.</summary>
    /// <param name="keys">The association.</param>
    /// <param name="agreed"><c>DH</c>, or null without shares.</param>
    /// <param name="chain"><c>X</c> in mode live, null in mode new.</param>
    public QuickModeSchedule(AssociationKeys keys, Secret? agreed, Secret? chain)
    {
        _suite = keys.Suite;
        ReadOnlySpan<byte> zeros = stackalloc byte[_suite.HashSize];
        using Secret extracted = LabelledHkdf.Extract(_suite, keys.QuickMode.Span, agreed is null ? zeros : agreed.Span);
        using Secret derived = LabelledHkdf.Expand(_suite, extracted, "derived", []);
        _handshake = LabelledHkdf.Extract(_suite, derived.Span, chain is null ? zeros : chain.Span);
    }

    /// <summary><c>HMAC(B1, H(M1))</c>.</summary>
    public static byte[] Binder1(AssociationKeys keys, byte[] m1) =>
        LabelledHkdf.Mac(keys.Suite, keys.Binder1, keys.Suite.Digest(m1));

    /// <summary><c>HMAC(RF, H(M1 || binder 1 || code))</c>.</summary>
    public static byte[] RefuseMac(AssociationKeys keys, byte[] m1, byte[] binder1, ErrorCode code) =>
        LabelledHkdf.Mac(keys.Suite, keys.Refuse, keys.Suite.Digest(m1, binder1, [(byte)code]));

    /// <summary><c>HMAC(B2, H(M1 || binder 1 || M2))</c>.</summary>
    public byte[] Binder2(byte[] m1, byte[] binder1, byte[] m2)
    {
        using Secret key = LabelledHkdf.Expand(_suite, _handshake, "qm2", []);
        return LabelledHkdf.Mac(_suite, key, _suite.Digest(m1, binder1, m2));
    }

    /// <summary><c>HMAC(B3, h')</c>, mode live only.</summary>
    public byte[] Binder3(byte[] hash)
    {
        using Secret key = LabelledHkdf.Expand(_suite, _handshake, "qm3", []);
        return LabelledHkdf.Mac(_suite, key, hash);
    }

    /// <summary><c>h'</c>.</summary>
    public byte[] ChainingHash(byte[] previous, byte[] m1, byte[] binder1, byte[] m2, byte[] binder2) =>
        _suite.Digest(previous, m1, binder1, m2, binder2);

    /// <summary>The channel's keys; <paramref name="id"/> is the channel's in mode live, null in mode new.</summary>
    public ChannelSecrets Channel(byte[] hash, byte[]? id)
    {
        using Secret channelSecret = LabelledHkdf.Expand(_suite, _handshake, "channel", hash);
        return new ChannelSecrets(_suite, channelSecret, hash, id);
    }

    /// <summary>Zeroes <c>HS</c>.</summary>
    public void Dispose() => _handshake.Dispose();
}
