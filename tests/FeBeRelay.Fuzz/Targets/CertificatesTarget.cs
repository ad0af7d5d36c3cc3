using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Certificates;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>A peer's chain (<c>length u16, DER</c> for each certificate) at the verifier, its leaf at the check of signatures, and the whole input as a revocation list. Certificates are made anew in each process.</summary>
internal sealed class CertificatesTarget() : FuzzTarget("certificates", MakeSeeds, allowance: 1_000_000)
{
    private static readonly TestAuthority Authority = TestAuthority.Create();
    private static readonly TestAuthority Intermediate = Authority.Intermediate("Fuzz Intermediate");
    private static readonly PeerCertificateVerifier Verifier = MakeVerifier();

    public override int Run(byte[] input)
    {
        List<byte[]> chain = Parse(input);
        PeerVerdict verdict = Verifier.Verify(chain, input.Length % 2 == 0 ? PeerRole.Initiator : PeerRole.Responder);
        if (verdict.IsAccepted && verdict.Identity.DnsNames.Count == 0)
        {
            throw new InvalidOperationException("a peer without a name was accepted");
        }
        if (chain.Count > 0)
        {
            CheckSignature(chain[0]);
        }
        ReadList(input);
        return 1;
    }

    private static void CheckSignature(byte[] leaf)
    {
        try
        {
            LeafSignature.Verify(leaf, SignatureScheme.EcdsaP256Sha256, [1, 2, 3], new byte[64]);
            throw new InvalidOperationException("a signature of zeros was right");
        }
        catch (ProtocolException)
        {
            // Declared.
        }
    }

    private static void ReadList(byte[] input)
    {
        try
        {
            RevocationList.Parse(input, "fuzz");
        }
        catch (IdentityException)
        {
            // Declared.
        }
    }

    private static List<byte[]> Parse(byte[] input)
    {
        var chain = new List<byte[]>();
        for (ReadOnlySpan<byte> rest = input; rest.Length > 2;)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Length - 2);
            chain.Add(rest.Slice(2, length).ToArray());
            rest = rest[(2 + length)..];
        }
        return chain;
    }

    private static PeerCertificateVerifier MakeVerifier()
    {
        using X509Certificate2 own = Authority.Issue("own.lab.test");
        return new PeerCertificateVerifier(TrustedRoots.FromCertificates(Authority.Certificate), TimeProvider.System, own.RawData);
    }

    private static byte[][] MakeSeeds()
    {
        return
        [
            Encode(Authority.ChainOf(new TestLeaf("peer.lab.test"))),
            Encode(Intermediate.ChainOf(new TestLeaf("peer.lab.test") { OrganizationalUnits = ["Front Ends"] })),
            Encode([Intermediate.ChainOf(new TestLeaf("odd"))[0]]),
            RevokedList(),
        ];
    }

    private static byte[] RevokedList()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Fuzz Lists", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using X509Certificate2 authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry([1, 2, 3], DateTimeOffset.UtcNow, X509RevocationReason.KeyCompromise);
        return builder.Build(authority, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256);
    }

    private static byte[] Encode(IReadOnlyList<byte[]> chain) => [.. chain.SelectMany(der => (byte[])[(byte)(der.Length >> 8), (byte)der.Length, .. der])];
}
