using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Audit;

/// <summary>Signs checkpoints.</summary>
internal interface ICheckpointSigner
{
    CheckpointSignature Sign(ReadOnlySpan<byte> message);
}

/// <summary>A signature, and whose it is.</summary>
/// <param name="Signer">SHA-256 of the certificate, lower-case hexadecimal.</param>
/// <param name="Signature">The signature.</param>
internal sealed record CheckpointSignature(string Signer, byte[] Signature);

/// <summary>The node's own key.</summary>
/// <param name="current">The node's certificate of the moment: it can be replaced while the node runs.</param>
internal sealed class NodeCheckpointSigner(Func<NodeCertificate> current) : ICheckpointSigner
{
    public CheckpointSignature Sign(ReadOnlySpan<byte> message)
    {
        NodeCertificate certificate = current();
        return new CheckpointSignature(certificate.Fingerprint, certificate.Sign(message));
    }
}

/// <summary>What a checkpoint signs, and whether a signature is right.</summary>
internal static class Checkpoint
{
    /// <summary>No other signature of this key starts so: main mode's start with spaces.</summary>
    private static ReadOnlySpan<byte> Label => "FeBeRelay audit checkpoint 1\0"u8;

    /// <summary>The label, the checkpoint's number (8 bytes, big-endian), the hash of the line before it (32 bytes).</summary>
    public static byte[] Message(long number, ReadOnlySpan<byte> head)
    {
        var message = new byte[Label.Length + sizeof(long) + head.Length];
        Label.CopyTo(message);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(Label.Length), number);
        head.CopyTo(message.AsSpan(Label.Length + sizeof(long)));
        return message;
    }

    /// <summary>Whether that certificate's key made the signature.</summary>
    public static bool IsSignedBy(X509Certificate2 certificate, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using ECDsa? curve = certificate.GetECDsaPublicKey();
        if (curve is not null)
        {
            HashAlgorithmName hash = curve.KeySize == 256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
            return curve.VerifyData(message, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        using RSA? rsa = certificate.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }
}
