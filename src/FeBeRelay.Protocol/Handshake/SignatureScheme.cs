namespace FeBeRelay.Protocol.Handshake;

/// <summary>Signature algorithms with the form of their signatures (clause 2.2).</summary>
public enum SignatureScheme : ushort
{
    /// <summary>64 bytes <c>r || s</c>.</summary>
    EcdsaP256Sha256 = 0x0403,
    /// <summary>96 bytes <c>r || s</c>.</summary>
    EcdsaP384Sha384 = 0x0503,
    /// <summary>Salt of 32 bytes; as long as the modulus.</summary>
    RsaPssSha256 = 0x0804,
}

/// <summary>What clause 2.2 says of the algorithms.</summary>
internal static class SignatureSchemes
{
    /// <summary>Numbers of all that this version accepts, in the order of its hellos.</summary>
    public static ReadOnlySpan<ushort> All =>
        [(ushort)SignatureScheme.EcdsaP256Sha256, (ushort)SignatureScheme.EcdsaP384Sha384, (ushort)SignatureScheme.RsaPssSha256];

    /// <summary>Whether a signature of that many bytes can be of the algorithm.</summary>
    public static bool AllowsLength(this SignatureScheme scheme, int length) => scheme switch
    {
        SignatureScheme.EcdsaP256Sha256 => length == 64,
        SignatureScheme.EcdsaP384Sha384 => length == 96,
        SignatureScheme.RsaPssSha256 => length is >= 256 and <= 1_024,
        _ => false,
    };
}
