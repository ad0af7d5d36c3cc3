using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>Builds R3 or R4 of a main mode by Kerberos from the page (clause 2.13), right unless one of its rules is broken on purpose.</summary>
/// <param name="Role">Who authenticates.</param>
/// <param name="Token">The initiator's token; the responder's is empty.</param>
public sealed record ReferenceTicketAuthentication(Role Role, byte[] Token)
{
    public byte[] Instance { get; init; } = RandomNumberGenerator.GetBytes(Limits.IdSize);

    /// <summary>Changes field C.</summary>
    public Func<byte[], byte[]> Holder { get; init; } = Same;

    /// <summary>Changes field S.</summary>
    public Func<byte[], byte[]> TokenField { get; init; } = Same;

    /// <summary>Whose MAC key is used.</summary>
    public Role MacRole { get; init; } = Role;

    /// <summary>Changes the MAC.</summary>
    public Func<byte[], byte[]> Mac { get; init; } = Same;

    /// <summary>Changes the plaintext.</summary>
    public Func<byte[], byte[]> Plaintext { get; init; } = Same;

    /// <summary>Whose key encrypts.</summary>
    public Role KeyRole { get; init; } = Role;

    /// <summary>The whole record, behind the records so far.</summary>
    public byte[] Build(ReferenceSchedule schedule, params byte[][] records)
    {
        byte[] c = Holder([0, .. Instance]);
        byte[] s = TokenField([0xFB, 0x02, (byte)(Token.Length >> 8), (byte)Token.Length, .. Token]);
        byte[] mac = Mac(schedule.Mac(schedule.AuthenticationMac(MacRole), schedule.Hash([.. records, c, s])));
        RecordType type = Role == Role.Initiator ? RecordType.InitiatorAuthentication : RecordType.ResponderAuthentication;
        return schedule.Seal(schedule.AuthenticationKey(KeyRole), type, Plaintext([.. c, .. s, .. mac]));
    }

    private static byte[] Same(byte[] value) => value;
}
