using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// Proof that the peer holds the key of its leaf, a pre-shared key or a ticket's, and the agreed secret, over this transcript (clause 2.5). Its only factory is the
/// verification; a class, because the default value of a struct would forge it.
/// </summary>
internal sealed class AuthenticatedPeer
{
    private AuthenticatedPeer(IReadOnlyList<byte[]> chain, PreSharedKey? key = null, TicketContext? ticket = null)
    {
        Chain = chain;
        Key = key;
        Ticket = ticket;
    }

    /// <summary>The peer's certificates, leaf first, not checked yet.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    /// <summary>The pre-shared key that it holds; null where there is a chain.</summary>
    public PreSharedKey? Key { get; }

    /// <summary>The context of Kerberos that it shares; null where it has shown something else.</summary>
    public TicketContext? Ticket { get; }

    /// <summary>Checks R3 or R4 behind the records of the transcript, in the order of clause 2.5 up to the MAC.</summary>
    /// <param name="keys">Keys and transcript up to the record in front of this one.</param>
    /// <param name="peer">Whose authentication it is.</param>
    /// <param name="record">The whole record.</param>
    /// <param name="own">Whose leaf must not come back, and who knows leaves of peers.</param>
    /// <exception cref="ProtocolException">A check failed.</exception>
    public static AuthenticatedPeer Verify(MainModeKeys keys, Role peer, ReadOnlySpan<byte> record, LocalIdentity own)
    {
        Authentication message = Authentication.Decode(keys.Open(peer, record), keys.Suite.HashSize);
        if (message.Chain[0].AsSpan().SequenceEqual(own.Chain[0]))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own certificate came back");
        }
        if (!SignatureSchemes.All.Contains((ushort)message.Scheme))
        {
            throw new ProtocolException(ProtocolError.NotOffered, $"signature is of algorithm 0x{(ushort)message.Scheme:x4}");
        }
        byte[] signed = Authentication.Signed(peer, keys.Digest(message.Certificates));
        own.KnownLeaves.Verify(message.Chain[0], message.Scheme, signed, message.Signature);
        using Secret macKey = keys.MacKey(peer);
        if (!LabelledHkdf.MacIsRight(keys.Suite, macKey, keys.Digest(message.Certificates, message.SignatureField), message.Mac))
        {
            throw new ProtocolException(ProtocolError.BadMac, "MAC of the authentication is wrong");
        }
        return new AuthenticatedPeer(message.Chain);
    }

    /// <summary>Checks R3 or R4 of a holder of a pre-shared key, in the order of clause 2.12.</summary>
    /// <param name="keys">Keys and transcript up to the record in front of this one; they take on the key that was found.</param>
    /// <param name="peer">Whose authentication it is.</param>
    /// <param name="record">The whole record.</param>
    /// <param name="allowed">The keys that it may be of.</param>
    /// <param name="instance">This node's own, which must not come back.</param>
    /// <exception cref="ProtocolException">A check failed.</exception>
    public static AuthenticatedPeer VerifyByKey(
        MainModeKeys keys, Role peer, ReadOnlySpan<byte> record, IReadOnlyList<PreSharedKey> allowed, byte[] instance)
    {
        KeyAuthentication message = KeyAuthentication.Decode(keys.Open(peer, record), keys.Suite.HashSize);
        if (message.Instance.AsSpan().SequenceEqual(instance))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own instance came back");
        }
        PreSharedKey key = allowed.FirstOrDefault(one => one.Name == message.KeyName)
            ?? throw new ProtocolException(ProtocolError.NotOffered, "the peer authenticates with a pre-shared key that was not offered");
        keys.Use(key);
        if (!CryptographicOperations.FixedTimeEquals(keys.KeyProof(peer, message.Holder), message.Proof))
        {
            throw new ProtocolException(ProtocolError.BadSignature, $"the peer does not hold pre-shared key {key.Name}");
        }
        using Secret macKey = keys.MacKey(peer);
        if (!LabelledHkdf.MacIsRight(keys.Suite, macKey, keys.Digest(message.Holder, message.ProofField), message.Mac))
        {
            throw new ProtocolException(ProtocolError.BadMac, "MAC of the authentication is wrong");
        }
        return new AuthenticatedPeer([], key);
    }

    /// <summary>Checks the MIC of R5 or R6 (clause 2.14).</summary>
    /// <param name="keys">Keys and transcript up to the record in front of this one.</param>
    /// <param name="peer">Whose proof it is.</param>
    /// <param name="proof">The record's plaintext.</param>
    /// <param name="context">The complete context.</param>
    /// <exception cref="ProtocolException">It is wrong.</exception>
    public static AuthenticatedPeer VerifyByTicket(MainModeKeys keys, Role peer, TicketProof proof, TicketContext context) =>
        context.Verify(TicketProof.Covered(peer, keys.Digest(proof.TokenField)), proof.Mic)
            ? new AuthenticatedPeer([], ticket: context)
            : throw new ProtocolException(ProtocolError.BadSignature, $"the peer does not hold the key of the ticket ({context.Name}), or speaks of another exchange");
}
