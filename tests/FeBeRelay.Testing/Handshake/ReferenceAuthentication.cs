using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Handshake;

/// <summary>
/// Builds R3 or R4 from the page (clause 2.4), right unless one of its rules is broken on purpose: everything that depends on the
/// broken part is made from it, so that no other check can be the one that fails.
/// </summary>
public sealed record ReferenceAuthentication(Role Role, TestIdentity Identity)
{
    /// <summary>The certificates as sent.</summary>
    public IReadOnlyList<byte[]> Chain { get; init; } = Identity.Local.Chain;

    /// <summary>The algorithm as named.</summary>
    public ushort Algorithm { get; init; } = (ushort)Identity.Local.Scheme;

    /// <summary>Changes field C.</summary>
    public Func<byte[], byte[]> Certificates { get; init; } = Same;

    /// <summary>Changes the bytes that are signed.</summary>
    public Func<byte[], byte[]> Content { get; init; } = Same;

    /// <summary>Makes the signature.</summary>
    public Func<byte[], byte[]> Sign { get; init; } = Identity.Sign;

    /// <summary>Changes field S after signing.</summary>
    public Func<byte[], byte[]> SignatureField { get; init; } = Same;

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
        byte[] c = Certificates([(byte)Chain.Count, .. Chain.SelectMany(d => (byte[])[(byte)(d.Length >> 16), (byte)(d.Length >> 8), (byte)d.Length, .. d])]);
        string context = $"FeBeRelay v1 main mode {(Role == Role.Initiator ? "initiator" : "responder")}";
        byte[] content = [.. Enumerable.Repeat((byte)0x20, 64), .. System.Text.Encoding.ASCII.GetBytes(context), 0, .. schedule.Hash([.. records, c])];
        byte[] signature = Sign(Content(content));
        byte[] s = SignatureField([(byte)(Algorithm >> 8), (byte)Algorithm, (byte)(signature.Length >> 8), (byte)signature.Length, .. signature]);
        byte[] mac = Mac(schedule.Mac(schedule.AuthenticationMac(MacRole), schedule.Hash([.. records, c, s])));
        RecordType type = Role == Role.Initiator ? RecordType.InitiatorAuthentication : RecordType.ResponderAuthentication;
        return schedule.Seal(schedule.AuthenticationKey(KeyRole), type, Plaintext([.. c, .. s, .. mac]));
    }

    private static byte[] Same(byte[] value) => value;
}
