using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>A way to authenticate that a node offers or takes in main mode.</summary>
/// <param name="Key">The pre-shared key, which stays its owner's; null for the other ways.</param>
public sealed record MainModeMethod(PreSharedKey? Key)
{
    /// <summary>Certificates on both sides.</summary>
    public static readonly MainModeMethod Certificates = new((PreSharedKey?)null);

    /// <summary>Kerberos: a ticket of the initiator for the responder (clause 2.13).</summary>
    public static readonly MainModeMethod Kerberos = new((PreSharedKey?)null) { IsKerberos = true };

    /// <summary>Most pre-shared keys in one offer (clause 2.11).</summary>
    public const int MaxKeys = 4;

    /// <summary>Whether it is Kerberos.</summary>
    public bool IsKerberos { get; private init; }

    /// <summary>Its numbers in a list of signatures.</summary>
    internal IEnumerable<ushort> Numbers => IsKerberos ? [TicketAuthentication.Number] : Key is null ? SignatureSchemes.All.ToArray() : [KeyGates.Number];
}
