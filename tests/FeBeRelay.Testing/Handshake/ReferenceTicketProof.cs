using System.Text;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>Builds R5 or R6 of a main mode by Kerberos from the page (clause 2.13), right unless one of its rules is broken on purpose.</summary>
/// <param name="Role">Who proves.</param>
/// <param name="Token">The responder's token; null for the initiator, who has none here.</param>
/// <param name="Sign">Makes the MIC.</param>
public sealed record ReferenceTicketProof(Role Role, byte[]? Token, Func<byte[], byte[]> Sign)
{
    /// <summary>In whose words the MIC is made.</summary>
    public Role LabelRole { get; init; } = Role;

    /// <summary>Changes the bytes that the MIC is of.</summary>
    public Func<byte[], byte[]> Covered { get; init; } = Same;

    /// <summary>Changes the plaintext.</summary>
    public Func<byte[], byte[]> Plaintext { get; init; } = Same;

    /// <summary>Whose key encrypts.</summary>
    public Role KeyRole { get; init; } = Role;

    /// <summary>The whole record, behind the records so far.</summary>
    public byte[] Build(ReferenceSchedule schedule, params byte[][] records)
    {
        byte[] t = Token is null ? [] : [(byte)(Token.Length >> 8), (byte)Token.Length, .. Token];
        string label = $"FeBeRelay v1 main mode kerberos {(LabelRole == Role.Initiator ? "initiator" : "responder")}";
        byte[] mic = Sign(Covered([.. Enumerable.Repeat((byte)0x20, 64), .. Encoding.ASCII.GetBytes(label), 0, .. schedule.Hash([.. records, t])]));
        RecordType type = Role == Role.Initiator ? RecordType.InitiatorProof : RecordType.ResponderProof;
        return schedule.Seal(schedule.ProofKey(KeyRole), type, Plaintext([.. t, (byte)mic.Length, .. mic]));
    }

    private static byte[] Same(byte[] value) => value;
}
