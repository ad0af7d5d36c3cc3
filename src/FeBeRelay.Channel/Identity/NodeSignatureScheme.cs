namespace FeBeRelay.Channel.Identity;

/// <summary>How a node signs: decided by its key. The values are those on the wire (docs/protocol.md 2.2).</summary>
public enum NodeSignatureScheme
{
    EcdsaP256Sha256 = 0x0403,
    EcdsaP384Sha384 = 0x0503,
    RsaPssSha256 = 0x0804,
}
