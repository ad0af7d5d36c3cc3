using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>An answer as it was read; nobody has looked at the signature yet.</summary>
/// <param name="Answers">About one certificate each.</param>
/// <param name="Certificates">What the responder sent along, DER.</param>
/// <param name="Algorithm">The signature's algorithm, one that is known.</param>
/// <param name="Signed">What is signed.</param>
/// <param name="Signature">The signature.</param>
internal sealed record OcspContent(
    IReadOnlyList<OcspAnswer> Answers, IReadOnlyList<byte[]> Certificates, string Algorithm, ReadOnlyMemory<byte> Signed, byte[] Signature)
{
    public bool IsSignedBy(X509Certificate2 certificate) => AuthoritySignature.IsBy(certificate, Algorithm, Signed.Span, Signature);
}

/// <summary>SingleResponse (RFC 6960 4.2.1).</summary>
internal sealed record OcspAnswer(
    string HashAlgorithm, string NameHash, string KeyHash, string Serial, CertificateStatus Status, DateTimeOffset ThisUpdate, DateTimeOffset NextUpdate)
{
    public bool IsAbout(CertificateId id) =>
        HashAlgorithm == CertificateId.Sha1 && NameHash == id.NameHash && KeyHash == id.KeyHash && Serial == id.Serial;
}
