using System.Security.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>Records of a main mode by Kerberos that break one rule each (clauses 2.13, 2.14). The vectors hold them too.</summary>
/// <param name="Request">The initiator's token.</param>
/// <param name="Answer">The responder's.</param>
/// <param name="Instance">The receiver's own instance.</param>
/// <param name="Mic">A MIC of that role under the ticket.</param>
/// <param name="OtherMic">The same under another ticket.</param>
internal sealed record BrokenTickets(
    byte[] Request, byte[] Answer, byte[] Instance, Func<Role, byte[], byte[]> Mic, Func<Role, byte[], byte[]> OtherMic)
{
    private const ushort Number = TicketAuthentication.Number;
    private static readonly Role[] Both = [Role.Initiator, Role.Responder];

    // SPNEGO and NTLM, as a client of Negotiate would send them.
    private static readonly byte[] Spnego = [0x60, 0x0A, 0x06, 0x06, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x02, 0xA0, 0x00];
    private static readonly byte[] Ntlm = [.. "NTLMSSP\0"u8, 1, 0, 0, 0, 0x97, 0x82, 0x08, 0xE2];
    private static readonly byte[] Failure = TestRealm.Token(0x0300, new byte[16]);

    /// <summary>What R2 names, to an initiator that offers Kerberos and nothing else.</summary>
    public static IEnumerable<(string Name, ProtocolError Error, ushort[] Signatures)> Choices =>
    [
        ("Kerberos and signatures", ProtocolError.BadMessage, [Number, 0x0403]),
        ("signatures and Kerberos", ProtocolError.BadMessage, [0x0403, Number]),
        ("Kerberos and a pre-shared key", ProtocolError.BadMessage, [Number, KeyGates.Number]),
        ("certificates, which were not offered", ProtocolError.NotOffered, [0x0403]),
        ("a pre-shared key, which was not offered", ProtocolError.NotOffered, [KeyGates.Number]),
    ];

    /// <summary>R3 and R4.</summary>
    public IEnumerable<(Role Role, string Name, ProtocolError Error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> Change)> Authentications =>
    [
        .. from broken in OfBoth() from role in Both select (role, broken.Name, broken.Error, broken.Change),
        (Role.Responder, "a token of the responder", ProtocolError.BadMessage, a => a with { Token = Answer }),
        .. OfRequest().Select(token => (Role.Initiator, token.Name, ProtocolError.BadMessage, With(token.Token))),
    ];

    /// <summary>R5 and R6.</summary>
    public IEnumerable<(Role Role, string Name, ProtocolError Error, Func<ReferenceTicketProof, ReferenceTicketProof> Change)> Proofs =>
    [
        .. from broken in ProofsOfBoth() from role in Both select (role, broken.Name, broken.Error, broken.Change),
        (Role.Responder, "no token", ProtocolError.BadMessage, p => p with { Token = [] }),
        (Role.Responder, "a ticket in the place of its answer", ProtocolError.BadMessage, p => p with { Token = Request }),
        (Role.Responder, "an error in the place of its answer", ProtocolError.BadMessage, p => p with { Token = Failure }),
        (Role.Responder, "a token of SPNEGO", ProtocolError.BadMessage, p => p with { Token = Spnego }),
        (Role.Responder, "a token of 2,049 bytes", ProtocolError.BadMessage, p => p with { Token = TestRealm.Token(0x0200, new byte[2_049 - 17]) }),
        (Role.Responder, "a MIC without the token", ProtocolError.BadSignature, p => p with { Covered = c => [.. c[..^48], .. SHA384.HashData([])] }),
        (Role.Responder, "the initiator's own direction of the MIC", ProtocolError.BadSignature, p => p with { Sign = content => Mic(Role.Initiator, content) }),
        (Role.Initiator, "a token before the MIC", ProtocolError.BadMessage, p => p with { Token = Answer }),
        (Role.Initiator, "the responder's own MIC, sent back", ProtocolError.BadSignature, p => p with { Sign = content => Mic(Role.Responder, content) }),
    ];

    private IEnumerable<(string Name, byte[] Token)> OfRequest() =>
    [
        ("no token", []),
        ("a token of SPNEGO", Spnego),
        ("a token of NTLM", Ntlm),
        ("an answer in the place of a ticket", Answer),
        ("an error in the place of a ticket", Failure),
        ("a token with nothing in it", TestRealm.Token(0x0100, [])),
        ("a token with a byte behind it", [.. Request, 0]),
        ("a token that is cut", Request[..^1]),
    ];

    private IEnumerable<(string Name, ProtocolError Error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> Change)> OfBoth() =>
    [
        ("the number of a signature", ProtocolError.BadMessage, a => a with { TokenField = s => [0x04, 0x03, .. s[2..]] }),
        ("the number of a pre-shared key", ProtocolError.BadMessage, a => a with { TokenField = s => [0xFB, 0x01, .. s[2..]] }),
        ("a token longer than the record", ProtocolError.BadMessage, a => a with { TokenField = s => [.. s[..2], 0xFF, 0xFF, .. s[4..]] }),
        ("a count of one certificate", ProtocolError.BadMessage, a => a with { Holder = c => [1, .. c[1..]] }),
        ("an instance one byte short", ProtocolError.BadMessage, a => a with { Holder = c => c[..^1] }),
        ("its receiver's own instance", ProtocolError.Reflected, a => a with { Instance = Instance }),
        ("a MAC with one bit wrong", ProtocolError.BadMac, a => a with { Mac = mac => Flip(mac, 0) }),
        ("a MAC of zeros", ProtocolError.BadMac, a => a with { Mac = mac => new byte[mac.Length] }),
        ("the MAC key of the other role", ProtocolError.BadMac, a => a with { MacRole = Other(a.Role) }),
        ("a MAC one byte short", ProtocolError.BadMessage, a => a with { Mac = mac => mac[..^1] }),
        ("a byte left over", ProtocolError.BadMessage, a => a with { Plaintext = p => [.. p, 0] }),
        ("an empty plaintext", ProtocolError.BadMessage, a => a with { Plaintext = _ => [] }),
        ("the key of the other role", ProtocolError.CannotDecrypt, a => a with { KeyRole = Other(a.Role) }),
    ];

    private IEnumerable<(string Name, ProtocolError Error, Func<ReferenceTicketProof, ReferenceTicketProof> Change)> ProofsOfBoth() =>
    [
        ("the words of the other role", ProtocolError.BadSignature, p => p with { LabelRole = Other(p.Role) }),
        ("a MIC over another transcript", ProtocolError.BadSignature, p => p with { Covered = c => Flip(c, c.Length - 1) }),
        ("a MIC with one bit wrong", ProtocolError.BadSignature, p => p with { Plaintext = plain => Flip(plain, plain.Length - 1) }),
        ("a MIC of zeros", ProtocolError.BadSignature, p => p with { Sign = content => new byte[28] }),
        ("a MIC under the key of another ticket", ProtocolError.BadSignature, p => p with { Sign = content => OtherMic(p.Role, content) }),
        ("a MIC one byte short", ProtocolError.BadMessage, p => p with { Plaintext = plain => plain[..^1] }),
        ("an empty MIC", ProtocolError.BadMessage, p => p with { Sign = _ => [] }),
        ("a byte left over", ProtocolError.BadMessage, p => p with { Plaintext = plain => [.. plain, 0] }),
        ("an empty plaintext", ProtocolError.BadMessage, p => p with { Plaintext = _ => [] }),
        ("the key of the other role", ProtocolError.CannotDecrypt, p => p with { KeyRole = Other(p.Role) }),
    ];

    private static Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> With(byte[] token) => a => a with { Token = token };

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private static Role Other(Role role) => role == Role.Initiator ? Role.Responder : Role.Initiator;
}
