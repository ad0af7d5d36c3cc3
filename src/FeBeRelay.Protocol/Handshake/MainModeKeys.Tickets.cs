using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>Authentication by Kerberos (clauses 2.13, 2.14).</summary>
internal sealed partial class MainModeKeys
{
    private const int RecordsWithTicket = 6;

    // Whether R3 was of Kerberos: then there is no association without both proofs.
    private bool _byTicket;

    /// <summary>Makes one's own R3 or R4, and takes it into the transcript.</summary>
    /// <param name="own">One's own role.</param>
    /// <param name="instance">One's own.</param>
    /// <param name="token">The initiator's; the responder's is empty.</param>
    public byte[] AuthenticateByTicket(Role own, byte[] instance, byte[] token)
    {
        _byTicket = true;
        return SealAuthentication(own, TicketAuthentication.EncodeHolder(instance), TicketAuthentication.EncodeToken(token));
    }

    /// <summary>Checks the peer's R3 or R4, and takes it into the transcript. It proves the agreed secret only.</summary>
    /// <returns>The initiator's token, unchecked but for its form; the responder's is empty.</returns>
    /// <exception cref="ProtocolException">A check of clause 2.14 failed.</exception>
    public byte[] TakeToken(Role peer, ReadOnlySpan<byte> record, byte[] instance)
    {
        _byTicket = true;
        TicketAuthentication message = TicketAuthentication.Decode(Open(peer, record), Suite.HashSize);
        bool isRightForm = peer == Role.Initiator ? TicketToken.IsRequest(message.Token) : message.Token.IsEmpty;
        if (!isRightForm)
        {
            throw WireReader.Bad($"token of the {peer} has {message.Token.Length} bytes, or is none of Kerberos v5 with an AP-REQ");
        }
        if (message.Instance.AsSpan().SequenceEqual(instance))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own instance came back");
        }
        using Secret macKey = MacKey(peer);
        if (!LabelledHkdf.MacIsRight(Suite, macKey, Digest(message.Holder, message.TokenField), message.Mac))
        {
            throw new ProtocolException(ProtocolError.BadMac, "MAC of the authentication is wrong");
        }
        _records.Add(record.ToArray());
        return message.Token.ToArray();
    }

    /// <summary>Makes one's own proof, R5 or R6, and takes it into the transcript.</summary>
    /// <param name="own">One's own role.</param>
    /// <param name="context">The complete context.</param>
    /// <param name="token">The responder's token; null for the initiator, who has none here.</param>
    public byte[] Prove(Role own, TicketContext context, byte[]? token)
    {
        byte[] tokenField = token is null ? [] : TicketProof.EncodeToken(token);
        byte[] mic = context.Sign(TicketProof.Covered(own, Digest(tokenField)));
        using Secret secret = ProofSecret(own);
        byte[] record = HandshakeCipher.Seal(Suite, secret, ProofTypeOf(own), [.. tokenField, .. TicketProof.EncodeMic(mic)]);
        _records.Add(record);
        return record;
    }

    /// <summary>Opens the peer's R5 or R6; its MIC is not looked at yet.</summary>
    /// <exception cref="ProtocolException">The record is another one, does not decrypt, or is not of its form.</exception>
    public TicketProof OpenProof(Role peer, ReadOnlySpan<byte> record)
    {
        HandshakeRecord.Body(record, ProofTypeOf(peer));
        using Secret secret = ProofSecret(peer);
        TicketProof proof = TicketProof.Decode(peer, HandshakeCipher.Open(Suite, secret, record));
        return peer == Role.Initiator || TicketToken.IsAnswer(proof.Token)
            ? proof
            : throw WireReader.Bad($"token of the responder has {proof.Token.Length} bytes, or is none of Kerberos v5 with an AP-REP");
    }

    /// <summary>Verifies the MIC of the peer's R5 or R6, and takes the record into the transcript.</summary>
    /// <exception cref="ProtocolException">The MIC is wrong.</exception>
    public AuthenticatedPeer VerifyByTicket(Role peer, ReadOnlySpan<byte> record, TicketProof proof, TicketContext context)
    {
        AuthenticatedPeer authenticated = AuthenticatedPeer.VerifyByTicket(this, peer, proof, context);
        _records.Add(record.ToArray());
        return authenticated;
    }

    private Secret ProofSecret(Role role) => LabelledHkdf.Expand(Suite, _mainMode, role == Role.Initiator ? "proof key i" : "proof key r", []);

    private static RecordType ProofTypeOf(Role role) => role == Role.Initiator ? RecordType.InitiatorProof : RecordType.ResponderProof;
}
