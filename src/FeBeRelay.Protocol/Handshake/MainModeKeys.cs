using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The transcript so far and the secret <c>MM</c>, from which everything of main mode is derived (clause 2.6).</summary>
internal sealed partial class MainModeKeys : IDisposable
{
    private const int RecordsOfMainMode = 4;
    private readonly Secret _mainMode;
    private readonly List<byte[]> _records;

    // PK's bearer and PS: there where a pre-shared key authenticates, from the moment that it is known which.
    private PreSharedKey? _key;
    private Secret? _keyed;

    // There where a certificate authenticates.
    private KnownLeaves? _knownLeaves;

    private MainModeKeys(Suite suite, Secret mainMode, List<byte[]> records)
    {
        Suite = suite;
        _mainMode = mainMode;
        _records = records;
    }

    public Suite Suite { get; }

    /// <summary>Agrees with the peer's share, and derives <c>MM</c> from it and both hellos.</summary>
    /// <exception cref="ProtocolException">The share is bad, or one's own.</exception>
    public static MainModeKeys Agree(Suite suite, KeyShare own, ReadOnlySpan<byte> peerPublic, byte[] initiatorHello, byte[] responderHello)
    {
        using Secret shared = own.Agree(peerPublic);
        return Derive(suite, shared, initiatorHello, responderHello);
    }

    /// <summary>Derives <c>MM</c> from the agreed secret, which stays the caller's, and both hellos.</summary>
    public static MainModeKeys Derive(Suite suite, Secret shared, byte[] initiatorHello, byte[] responderHello)
    {
        using Secret extracted = LabelledHkdf.Extract(suite, new byte[suite.HashSize], shared.Span);
        Secret mainMode = LabelledHkdf.Expand(suite, extracted, "main mode", suite.Digest(initiatorHello, responderHello));
        return new MainModeKeys(suite, mainMode, [initiatorHello, responderHello]);
    }

    /// <summary><c>H</c> of the records so far and the fields given.</summary>
    public byte[] Digest(params ReadOnlySpan<byte[]> fields) => Suite.Digest([.. _records, .. fields]);

    /// <summary>Makes one's own authentication, R3 or R4, and takes it into the transcript.</summary>
    public byte[] Authenticate(Role own, LocalIdentity identity)
    {
        byte[] certificates = Authentication.EncodeCertificates(identity.Chain);
        byte[] signature = Authentication.EncodeSignature(identity.Scheme, identity.Sign(Authentication.Signed(own, Digest(certificates))));
        return SealAuthentication(own, certificates, signature);
    }

    /// <summary>Takes a pre-shared key on: <c>PS = Extract(PK, MM)</c> (clause 2.12).</summary>
    public void Use(PreSharedKey key)
    {
        if (_key is not null)
        {
            return;
        }
        _key = key;
        using Secret suited = key.For(Suite);
        _keyed = LabelledHkdf.Extract(Suite, suited.Span, _mainMode.Span);
    }

    /// <summary>The proof of a holder: a MAC under a key that is of the pre-shared key, of the agreed secret and of the role.</summary>
    public byte[] KeyProof(Role role, byte[] holder)
    {
        using Secret key = LabelledHkdf.Expand(Suite, _keyed!, role == Role.Initiator ? "psk proof i" : "psk proof r", []);
        return LabelledHkdf.Mac(Suite, key, Digest(holder));
    }

    /// <summary>Makes one's own authentication by the pre-shared key, R3 or R4, and takes it into the transcript.</summary>
    public byte[] AuthenticateByKey(Role own, byte[] instance)
    {
        byte[] holder = KeyAuthentication.EncodeHolder(_key!.Name, instance);
        byte[] proof = KeyAuthentication.EncodeProof(KeyProof(own, holder));
        return SealAuthentication(own, holder, proof);
    }

    /// <summary>Verifies the peer's authentication by a pre-shared key, R3 or R4, and takes it into the transcript.</summary>
    /// <exception cref="ProtocolException">A check of clause 2.12 failed.</exception>
    public AuthenticatedPeer VerifyByKey(Role peer, ReadOnlySpan<byte> record, IReadOnlyList<PreSharedKey> allowed, byte[] instance)
    {
        AuthenticatedPeer authenticated = AuthenticatedPeer.VerifyByKey(this, peer, record, _key is null ? allowed : [_key], instance);
        _records.Add(record.ToArray());
        return authenticated;
    }

    /// <summary>Verifies the peer's authentication, R3 or R4, and takes it into the transcript.</summary>
    /// <exception cref="ProtocolException">A check of clause 2.5 failed.</exception>
    public AuthenticatedPeer Verify(Role peer, ReadOnlySpan<byte> record, LocalIdentity own)
    {
        AuthenticatedPeer authenticated = AuthenticatedPeer.Verify(this, peer, record, own);
        _records.Add(record.ToArray());
        _knownLeaves = own.KnownLeaves;
        return authenticated;
    }

    /// <summary>The association's secret <c>MS</c>: for those who hold both proofs, on one chain, when all records are there: four, or six by Kerberos.</summary>
    /// <exception cref="InvalidOperationException">The verdict is on another chain.</exception>
    public Secret Associate(AuthenticatedPeer authenticated, VerifiedPeer verified)
    {
        verified.MustBeOn(authenticated);
        _knownLeaves?.Accept(authenticated.Chain[0]);
        return _records.Count == (_byTicket ? RecordsWithTicket : RecordsOfMainMode)
            ? LabelledHkdf.Expand(Suite, _keyed ?? _mainMode, "association", Digest())
            : throw new InvalidOperationException("main mode is not complete");
    }

    /// <summary><c>AK</c>, for the one record accept or decline.</summary>
    public static Secret AcceptKey(Suite suite, Secret association) => LabelledHkdf.Expand(suite, association, "accept", []);

    /// <summary>The plaintext of R3 or R4.</summary>
    /// <exception cref="ProtocolException">The record is another one, or does not decrypt.</exception>
    public byte[] Open(Role peer, ReadOnlySpan<byte> record)
    {
        HandshakeRecord.Body(record, TypeOf(peer));
        using Secret secret = AuthenticationSecret(peer);
        return HandshakeCipher.Open(Suite, secret, record);
    }

    /// <summary><c>MK.x</c>.</summary>
    public Secret MacKey(Role role) => LabelledHkdf.Expand(Suite, _mainMode, role == Role.Initiator ? "auth mac i" : "auth mac r", []);

    public void Dispose()
    {
        _mainMode.Dispose();
        _keyed?.Dispose();
    }

    // What is claimed, its proof, and the MAC over both.
    private byte[] SealAuthentication(Role own, byte[] claim, byte[] proof)
    {
        using Secret macKey = MacKey(own);
        byte[] mac = LabelledHkdf.Mac(Suite, macKey, Digest(claim, proof));
        using Secret secret = AuthenticationSecret(own);
        byte[] record = HandshakeCipher.Seal(Suite, secret, TypeOf(own), [.. claim, .. proof, .. mac]);
        _records.Add(record);
        return record;
    }

    // AS.x
    private Secret AuthenticationSecret(Role role) =>
        LabelledHkdf.Expand(Suite, _mainMode, role == Role.Initiator ? "auth key i" : "auth key r", []);

    private static RecordType TypeOf(Role role) =>
        role == Role.Initiator ? RecordType.InitiatorAuthentication : RecordType.ResponderAuthentication;
}
