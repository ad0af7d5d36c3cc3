using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Testing.Handshake;

/// <summary>Random numbers that were drawn before: given them and the messages, a handshake is a function (clause 10.1).</summary>
public sealed class RecordedEntropy : IEntropy
{
    private readonly Queue<byte[]> _bytes = new();
    private readonly Queue<ECParameters> _keys = new();

    /// <summary>BouncyCastle's, whose random bytes can be recorded too.</summary>
    public IMlKem768 MlKem { get; } = new BouncyCastleMlKem768();

    /// <summary>What the next <see cref="Fill"/> gives.</summary>
    public RecordedEntropy Then(byte[] bytes)
    {
        _bytes.Enqueue(bytes);
        return this;
    }

    /// <summary>What the next <see cref="CreateKeyPair"/> gives.</summary>
    public RecordedEntropy Then(ECParameters key)
    {
        _keys.Enqueue(key);
        return this;
    }

    public void Fill(Span<byte> destination)
    {
        byte[] bytes = _bytes.Dequeue();
        if (bytes.Length != destination.Length)
        {
            throw new InvalidOperationException($"{destination.Length} random bytes were asked for where {bytes.Length} were recorded");
        }
        bytes.CopyTo(destination);
    }

    public IKeyPair CreateKeyPair(Group group)
    {
        ECParameters key = _keys.Dequeue();
        return key.D!.Length == group.CoordinateSize
            ? KeyAgreement.InUse.Import(group, key)
            : throw new InvalidOperationException($"a key of {group} was asked for where one of {key.D.Length} bytes was recorded");
    }

    /// <summary>A new key pair to be recorded.</summary>
    public static ECParameters NewKey(Group group)
    {
        using ECDiffieHellman key = ECDiffieHellman.Create(group.Curve);
        return key.ExportParameters(includePrivateParameters: true);
    }

    /// <summary>New random bytes to be recorded, of the size of a handshake's nonce.</summary>
    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(FeBeRelay.Protocol.Limits.NonceSize);
}
