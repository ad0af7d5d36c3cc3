using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Audit;

/// <summary>Signs checkpoints.</summary>
internal interface ICheckpointSigner
{
    /// <summary>SHA-256 of the certificate, lower-case hexadecimal.</summary>
    string Fingerprint { get; }

    byte[] Sign(ReadOnlySpan<byte> message);
}

/// <summary>The node's own key.</summary>
internal sealed class NodeCheckpointSigner(NodeCertificate certificate) : ICheckpointSigner
{
    public string Fingerprint => certificate.Fingerprint;

    public byte[] Sign(ReadOnlySpan<byte> message) => certificate.Sign(message);
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
