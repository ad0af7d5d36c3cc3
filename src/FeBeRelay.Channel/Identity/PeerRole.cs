namespace FeBeRelay.Channel.Identity;

/// <summary>The part that a certificate's holder plays, and with it the extended key usage that it needs.</summary>
public enum PeerRole
{
    /// <summary>The node that dials: clientAuth.</summary>
    Initiator,

    /// <summary>The node that is dialled: serverAuth.</summary>
    Responder,

    /// <summary>Who signs policies for many nodes: <see cref="CertificateRules.PolicySigning"/>.</summary>
    PolicySigner,
}
