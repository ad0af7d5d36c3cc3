using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>
/// Builds R3 or R4 of a holder of a pre-shared key from the page (clause 2.12), right unless one of its rules is broken on purpose: what depends on the broken part is made from it.
/// </summary>
/// <param name="Role">Who authenticates.</param>
/// <param name="KeyName">The key's name as sent.</param>
/// <param name="Root"><c>K0</c> of the key that is held.</param>
public sealed record ReferenceKeyAuthentication(Role Role, string KeyName, byte[] Root)
{
    public byte[] Instance { get; init; } = RandomNumberGenerator.GetBytes(Limits.IdSize);

    /// <summary>Changes field C.</summary>
    public Func<byte[], byte[]> Holder { get; init; } = Same;

    /// <summary>Whose proof key is used.</summary>
    public Role ProofRole { get; init; } = Role;

    /// <summary>Changes the hash that is proved.</summary>
    public Func<byte[], byte[]> Transcript { get; init; } = Same;

    /// <summary>Changes field S.</summary>
    public Func<byte[], byte[]> ProofField { get; init; } = Same;

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
        byte[] name = Encoding.ASCII.GetBytes(KeyName);
        byte[] c = Holder([0, (byte)name.Length, .. name, .. Instance]);
        byte[] proof = schedule.Mac(schedule.ProofKey(schedule.Keyed(Root), ProofRole), Transcript(schedule.Hash([.. records, c])));
        byte[] s = ProofField([0xFB, 0x01, 0, (byte)proof.Length, .. proof]);
        byte[] mac = Mac(schedule.Mac(schedule.AuthenticationMac(MacRole), schedule.Hash([.. records, c, s])));
        RecordType type = Role == Role.Initiator ? RecordType.InitiatorAuthentication : RecordType.ResponderAuthentication;
        return schedule.Seal(schedule.AuthenticationKey(KeyRole), type, Plaintext([.. c, .. s, .. mac]));
    }

    private static byte[] Same(byte[] value) => value;
}
