namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>What a responder says of a certificate.</summary>
public enum CertificateStatus
{
    /// <summary>Not revoked.</summary>
    Good,

    /// <summary>Taken back, for good or for now.</summary>
    Revoked,

    /// <summary>The responder does not know the certificate.</summary>
    Unknown,
}
