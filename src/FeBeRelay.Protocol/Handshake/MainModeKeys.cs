using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The transcript so far and the secret <c>MM</c>, from which everything of main mode is derived (clause 2.6).</summary>
internal sealed class MainModeKeys : IDisposable
{
    private const int RecordsOfMainMode = 4;
    private readonly Secret _mainMode;
    private readonly List<byte[]> _records;

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
        using Secret macKey = MacKey(own);
        byte[] mac = LabelledHkdf.Mac(Suite, macKey, Digest(certificates, signature));
        using Secret secret = AuthenticationSecret(own);
        byte[] record = HandshakeCipher.Seal(Suite, secret, TypeOf(own), [.. certificates, .. signature, .. mac]);
        _records.Add(record);
        return record;
    }

    /// <summary>Verifies the peer's authentication, R3 or R4, and takes it into the transcript.</summary>
    /// <exception cref="ProtocolException">A check of clause 2.5 failed.</exception>
    public AuthenticatedPeer Verify(Role peer, ReadOnlySpan<byte> record, LocalIdentity own)
    {
        AuthenticatedPeer authenticated = AuthenticatedPeer.Verify(this, peer, record, own);
        _records.Add(record.ToArray());
        return authenticated;
    }

    /// <summary>The association's secret <c>MS</c>: for those who hold both proofs, on one chain, when all four records are there.</summary>
    /// <exception cref="InvalidOperationException">The verdict is on another chain.</exception>
    public Secret Associate(AuthenticatedPeer authenticated, VerifiedPeer verified)
    {
        verified.MustBeOn(authenticated.Chain);
        return _records.Count == RecordsOfMainMode
            ? LabelledHkdf.Expand(Suite, _mainMode, "association", Digest())
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

    public void Dispose() => _mainMode.Dispose();

    // AS.x
    private Secret AuthenticationSecret(Role role) =>
        LabelledHkdf.Expand(Suite, _mainMode, role == Role.Initiator ? "auth key i" : "auth key r", []);

    private static RecordType TypeOf(Role role) =>
        role == Role.Initiator ? RecordType.InitiatorAuthentication : RecordType.ResponderAuthentication;
}
