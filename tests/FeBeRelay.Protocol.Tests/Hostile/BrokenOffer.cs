using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>An initiator hello that offers a pre-shared key and breaks one rule (clause 2.11).</summary>
/// <param name="Name">The rule.</param>
/// <param name="Error">What its receiver is to end with.</param>
/// <param name="Change">Changes a good hello before the gate is made.</param>
/// <param name="Root"><c>K0</c> of the key that the gate is of.</param>
/// <param name="Then">Changes the whole record.</param>
internal sealed record BrokenOffer(
    string Name, ProtocolError Error, Func<InitiatorHello, InitiatorHello> Change, byte[] Root, Func<byte[], byte[]> Then)
{
    /// <summary>The record, of a hello whose gates are zero.</summary>
    public byte[] Of(InitiatorHello good)
    {
        InitiatorHello hello = Change(good);
        byte[] record = hello.Encode();
        byte[] gate = ReferenceSchedule.Gate(Root, record);
        if (hello.Shares[^1] is { Group: KeyGates.Number } gates && gates.Public.Length >= gate.Length)
        {
            int behind = 1 + 2 * hello.Signatures.Length;
            gate.CopyTo(record, record.Length - behind - gate.Length);
        }
        return Then(record);
    }
}
