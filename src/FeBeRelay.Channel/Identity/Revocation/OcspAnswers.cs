using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>
/// What responders have said up to now, and who learns which certificates are being checked: it asks about them, later. A better answer counts from the
/// next check on; after a worse one trust is to be replaced (<see cref="NodeIdentity.Replace"/>), because acceptances are remembered.
/// </summary>
/// <param name="responses">Answers that were checked (<see cref="OcspResponse.Parse"/>); may change, and is read from many threads.</param>
/// <param name="seen">Told of each certificate and its issuer; returns at once, is called from many threads, and copies what it keeps.</param>
public sealed class OcspAnswers(IReadOnlyDictionary<CertificateId, OcspResponse> responses, Action<CertificateId, X509Certificate2> seen)
{
    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<CertificateId, OcspResponse> All => responses;

    /// <summary>The answer about a certificate; null if there is none yet.</summary>
    internal OcspResponse? Find(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        CertificateId id = CertificateId.Of(certificate, issuer);
        seen(id, issuer);
        return responses.GetValueOrDefault(id);
    }
}
