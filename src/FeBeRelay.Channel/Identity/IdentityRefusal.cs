namespace FeBeRelay.Channel.Identity;

/// <summary>Why a certificate chain was refused. Local knowledge: the peer sees one alert, whatever the reason.</summary>
public enum IdentityRefusal
{
    Malformed,
    TooManyCertificates,
    TooLarge,
    OwnLeaf,
    Expired,
    NotYetValid,
    WeakKey,
    WeakSignature,
    LeafIsAuthority,
    NoDigitalSignature,
    MissingExtendedKeyUsage,
    WrongExtendedKeyUsage,
    NoDnsName,
    UntrustedRoot,
    InvalidChain,
    Revoked,
    RevocationUnknown,

    /// <summary>A certificate restricts the policies of those below it, which this program does not evaluate.</summary>
    ConstrainsPolicies,
}
