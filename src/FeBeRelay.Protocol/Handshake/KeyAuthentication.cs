using System.Text;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The plaintext of R3 and R4 where a pre-shared key authenticates (clause 2.12): holder <c>C</c>, proof <c>S</c>, MAC.</summary>
internal sealed record KeyAuthentication(byte[] Holder, string KeyName, byte[] Instance, byte[] ProofField, byte[] Mac)
{
    // Where a chain has its count of certificates.
    private const byte NoCertificates = 0;

    public ReadOnlySpan<byte> Proof => ProofField.AsSpan(4);

    /// <summary>The field <c>C</c>.</summary>
    public static byte[] EncodeHolder(string keyName, byte[] instance) =>
        new WireWriter().U8(NoCertificates).Bytes8(Encoding.ASCII.GetBytes(keyName)).Bytes(instance).ToArray();

    /// <summary>The field <c>S</c>.</summary>
    public static byte[] EncodeProof(byte[] proof) => new WireWriter().U16(KeyGates.Number).Bytes16(proof).ToArray();

    /// <exception cref="ProtocolException">The plaintext is not of its one form.</exception>
    public static KeyAuthentication Decode(byte[] plaintext, int macSize)
    {
        var reader = new WireReader(plaintext);
        byte count = reader.U8();
        string name = Encoding.ASCII.GetString(reader.Bytes8());
        byte[] instance = reader.Bytes(Limits.IdSize).ToArray();
        int proofAt = plaintext.Length - reader.Remaining;
        ushort method = reader.U16();
        int proofSize = reader.Bytes16().Length;
        int macAt = plaintext.Length - reader.Remaining;
        byte[] mac = reader.Bytes(macSize).ToArray();
        reader.End();
        return count == NoCertificates && method == KeyGates.Number && proofSize == macSize
            ? new KeyAuthentication(plaintext[..proofAt], name, instance, plaintext[proofAt..macAt], mac)
            : throw WireReader.Bad($"not the authentication of a pre-shared key: {count} certificates, method 0x{method:x4}, proof of {proofSize} bytes");
    }
}
