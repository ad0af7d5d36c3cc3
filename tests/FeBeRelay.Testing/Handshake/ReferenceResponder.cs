using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>A responder that follows the page, or breaks one rule of it, against the product's initiator.</summary>
internal sealed class ReferenceResponder : IDisposable
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _r1;
    private ReferenceSchedule? _schedule;
    private byte[] _r3 = [];

    public ReferenceResponder(byte[] r1)
    {
        _r1 = r1;
        ECParameters parameters = _key.ExportParameters(includePrivateParameters: false);
        Hello = new ResponderHello(
            Limits.Version,
            RandomNumberGenerator.GetBytes(Limits.NonceSize),
            Suite.Aes256Gcm.Id,
            new Share(Group.P256.Id, [0x04, .. parameters.Q.X!, .. parameters.Q.Y!]),
            SignatureSchemes.All.ToArray());
    }

    /// <summary>What R2 says; may be changed before <see cref="MakeR2"/>.</summary>
    public ResponderHello Hello { get; set; }

    public byte[] R2 { get; private set; } = [];

    /// <summary>Makes R2, and the keys.</summary>
    public byte[] MakeR2()
    {
        R2 = Hello.Encode();
        byte[] theirs = InitiatorHello.Decode(_r1).Shares.Single(s => s.Group == Group.P256.Id).Public;
        using ECDiffieHellman peer = ECDiffieHellman.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = theirs[1..33], Y = theirs[33..] } });
        _schedule = new ReferenceSchedule(Suite.Find(Hello.Suite) ?? Suite.Aes256Gcm, _key.DeriveRawSecretAgreement(peer.PublicKey), _r1, R2);
        return R2;
    }

    public byte[] MakeR3(ReferenceAuthentication authentication) => _r3 = authentication.Build(_schedule!, _r1, R2);

    public byte[] MakeR3(ReferenceKeyAuthentication authentication) => _r3 = authentication.Build(_schedule!, _r1, R2);

    public byte[] MakeR3(ReferenceTicketAuthentication authentication) => _r3 = authentication.Build(_schedule!, _r1, R2);

    /// <summary>R5, in answer to R4.</summary>
    public byte[] MakeR5(byte[] r4, ReferenceTicketProof proof) => proof.Build(_schedule!, _r1, R2, _r3, r4);

    /// <summary>Accept or decline with any plaintext.</summary>
    public byte[] MakeVerdict(byte[] r4, RecordType type, byte[] plaintext) =>
        _schedule!.Seal(_schedule.Accept(_schedule.Association(_schedule.MainMode, _r1, R2, _r3, r4)), type, plaintext);

    public void Dispose() => _key.Dispose();
}
