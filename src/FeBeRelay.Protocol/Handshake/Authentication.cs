using System.Formats.Asn1;
using System.Text;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// The plaintext of R3 and R4 (clause 2.4): certificates <c>C</c>, signature <c>S</c>, MAC. The fields are kept as on the wire too,
/// because the signature covers <c>C</c>, and the MAC <c>C</c> and <c>S</c>, as encoded.
/// </summary>
internal sealed record Authentication(byte[] Certificates, IReadOnlyList<byte[]> Chain, byte[] SignatureField, byte[] Mac)
{
    private const int SignaturePadding = 64;

    /// <summary>The algorithm, as the signer named it; not necessarily one that is known.</summary>
    public SignatureScheme Scheme => (SignatureScheme)(SignatureField[0] << 8 | SignatureField[1]);

    public ReadOnlySpan<byte> Signature => SignatureField.AsSpan(4);

    /// <summary>The field <c>C</c>.</summary>
    public static byte[] EncodeCertificates(IReadOnlyList<byte[]> chain)
    {
        WireWriter writer = new WireWriter().U8((byte)chain.Count);
        foreach (byte[] certificate in chain)
        {
            writer.U24(certificate.Length).Bytes(certificate);
        }
        return writer.ToArray();
    }

    /// <summary>The field <c>S</c>.</summary>
    public static byte[] EncodeSignature(SignatureScheme scheme, byte[] signature) =>
        new WireWriter().U16((ushort)scheme).Bytes16(signature).ToArray();

    /// <summary>The bytes <c>signed.x</c>: padding and a context of the role keep the signature from meaning anything elsewhere.</summary>
    public static byte[] Signed(Role role, byte[] digest)
    {
        string context = role == Role.Responder ? "FeBeRelay v1 main mode responder" : "FeBeRelay v1 main mode initiator";
        var padding = new byte[SignaturePadding];
        padding.AsSpan().Fill(0x20);
        return [.. padding, .. Encoding.ASCII.GetBytes(context), 0x00, .. digest];
    }

    /// <exception cref="ProtocolException">The plaintext is not of its one form.</exception>
    public static Authentication Decode(byte[] plaintext, int macSize)
    {
        var reader = new WireReader(plaintext);
        IReadOnlyList<byte[]> chain = ReadChain(ref reader);
        int signatureAt = plaintext.Length - reader.Remaining;
        reader.U16();
        reader.Bytes16();
        int macAt = plaintext.Length - reader.Remaining;
        byte[] mac = reader.Bytes(macSize).ToArray();
        reader.End();
        return new Authentication(plaintext[..signatureAt], chain, plaintext[signatureAt..macAt], mac);
    }

    private static List<byte[]> ReadChain(ref WireReader reader)
    {
        int count = reader.Count(Limits.MaxCertificates, "certificates");
        var chain = new List<byte[]>(count);
        int room = Limits.MaxCertificateBytes;
        while (chain.Count < count)
        {
            int length = reader.U24();
            room -= length;
            if (room < 0)
            {
                throw WireReader.Bad($"certificates have more than {Limits.MaxCertificateBytes} bytes");
            }
            byte[] certificate = reader.Bytes(length).ToArray();
            chain.Add(IsOneSequence(certificate) ? certificate : throw WireReader.Bad($"certificate {chain.Count + 1} is not one value in DER"));
        }
        return chain;
    }

    private static bool IsOneSequence(byte[] der) =>
        AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.DER, out Asn1Tag tag, out _, out _, out int consumed)
        && tag == Asn1Tag.Sequence
        && consumed == der.Length;
}
