using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Fleet;

/// <summary>
/// A bundle in its envelope: CMS SignedData (RFC 5652), DER, with the JSON inside and one signer. Who may sign is decided as for peers
/// (docs/protocol.md 7), with the extended key usage of policy signing in the place of a node's.
/// </summary>
internal static class SignedBundle
{
    /// <summary>Bytes, at most: a fleet of thousands of rules has a tenth of it.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    private static readonly string[] Digests = [Sha256, "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"];

    /// <summary>Puts JSON into an envelope.</summary>
    /// <param name="json">A bundle that <see cref="BundleReader"/> takes.</param>
    /// <param name="certificate">The signer's, with its private key.</param>
    /// <param name="chain">What stands between it and the root.</param>
    public static byte[] Sign(byte[] json, X509Certificate2 certificate, IEnumerable<X509Certificate2> chain)
    {
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate)
        {
            DigestAlgorithm = new Oid(Sha256),
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        foreach (X509Certificate2 issuer in chain)
        {
            signer.Certificates.Add(issuer);
        }
        var envelope = new SignedCms(new ContentInfo(json));
        envelope.ComputeSignature(signer);
        return envelope.Encode();
    }

    /// <summary>Opens an envelope: the JSON, if a signer that the node believes in has signed it.</summary>
    /// <param name="envelope">Bytes from anywhere.</param>
    /// <param name="verify">Whom the node believes (<see cref="NodeIdentity.Verify"/>).</param>
    /// <param name="signers">DNS names that a signer may have.</param>
    /// <exception cref="BundleException">It is no envelope, or not signed by whom it must be.</exception>
    public static byte[] Open(byte[] envelope, Func<IReadOnlyList<byte[]>, PeerRole, PeerVerdict> verify, IReadOnlyCollection<string> signers)
    {
        try
        {
            var signed = new SignedCms();
            signed.Decode(envelope);
            if (signed.Detached || signed.SignerInfos is not { Count: 1 } infos || infos[0] is not { Certificate: { } certificate } signer)
            {
                throw new BundleException("it must hold its content, one signer and the signer's certificate");
            }
            if (!Digests.Contains(signer.DigestAlgorithm.Value))
            {
                throw new BundleException("it is signed with a hash weaker than SHA-256");
            }
            RequireSigner(signed, certificate, verify, signers);
            signer.CheckSignature(verifySignatureOnly: true);
            return signed.ContentInfo.Content;
        }
        catch (CryptographicException e)
        {
            throw new BundleException($"it is no signed bundle, or was changed: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static void RequireSigner(SignedCms signed, X509Certificate2 certificate, Func<IReadOnlyList<byte[]>, PeerRole, PeerVerdict> verify, IReadOnlyCollection<string> signers)
    {
        IEnumerable<X509Certificate2> others = signed.Certificates.Where(c => !c.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));
        PeerVerdict verdict = verify([certificate.RawData, .. ChainOrder.Above(certificate, others).Select(c => c.RawData)], PeerRole.PolicySigner);
        if (!verdict.IsAccepted)
        {
            throw new BundleException($"its signer is refused: {verdict.Problem.Explanation}");
        }
        if (!signers.Any(verdict.Identity.Matches))
        {
            throw new BundleException($"it is signed by {verdict.Identity.Name}; policy:fleet:signers names {string.Join(", ", signers)}");
        }
    }
}
