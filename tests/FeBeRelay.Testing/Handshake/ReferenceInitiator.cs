using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Testing.Handshake;

/// <summary>An initiator that follows the page, or breaks one rule of it, against the product's responder.</summary>
internal sealed class ReferenceInitiator : IDisposable
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    public ReferenceInitiator()
    {
        ECParameters parameters = _key.ExportParameters(includePrivateParameters: false);
        Hello = new InitiatorHello(
            [Limits.Version],
            RandomNumberGenerator.GetBytes(Limits.NonceSize),
            Demand.Request,
            [],
            Lifetimes.Default,
            [Suite.Aes256Gcm.Id],
            [new Share(Group.P256.Id, [0x04, .. parameters.Q.X!, .. parameters.Q.Y!])],
            SignatureSchemes.All.ToArray());
    }

    /// <summary>What R1 says.</summary>
    public InitiatorHello Hello { get; set; }

    /// <summary>R4 in answer to the responder's records.</summary>
    public byte[] MakeR4(byte[] r1, byte[] r2, byte[] r3, ReferenceAuthentication authentication) => authentication.Build(Schedule(r1, r2), r1, r2, r3);

    /// <summary>The same for a holder of a pre-shared key.</summary>
    public byte[] MakeR4(byte[] r1, byte[] r2, byte[] r3, ReferenceKeyAuthentication authentication) => authentication.Build(Schedule(r1, r2), r1, r2, r3);

    /// <summary>The same by Kerberos.</summary>
    public byte[] MakeR4(byte[] r1, byte[] r2, byte[] r3, ReferenceTicketAuthentication authentication) => authentication.Build(Schedule(r1, r2), r1, r2, r3);

    /// <summary>R6, behind the five records before.</summary>
    public byte[] MakeR6(byte[][] records, ReferenceTicketProof proof) => proof.Build(Schedule(records[0], records[1]), records);

    public void Dispose() => _key.Dispose();

    private ReferenceSchedule Schedule(byte[] r1, byte[] r2)
    {
        byte[] theirs = ResponderHello.Decode(r2).Share.Public;
        using ECDiffieHellman peer = ECDiffieHellman.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = theirs[1..33], Y = theirs[33..] } });
        return new ReferenceSchedule(Suite.Aes256Gcm, _key.DeriveRawSecretAgreement(peer.PublicKey), r1, r2);
    }
}
