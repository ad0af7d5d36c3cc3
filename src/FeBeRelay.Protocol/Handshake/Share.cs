using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>A public Diffie-Hellman value with its group's number: <c>u16 group || bytes16 public</c> (clause 2.2).</summary>
internal sealed record Share(ushort Group, byte[] Public)
{
    private const int MaxUnknownPublic = 2_048;

    public void Write(WireWriter writer) => writer.U16(Group).Bytes16(Public);

    /// <param name="reader">At the share.</param>
    /// <param name="sender">Whose share it is: in a hybrid group the two differ.</param>
    public static Share Read(ref WireReader reader, Role sender)
    {
        ushort id = reader.U16();
        ReadOnlySpan<byte> value = reader.Bytes16();
        bool rightSize = Cryptography.Group.Find(id) is { } known
            ? value.Length == known.PublicSize(sender)
            : value.Length is >= 1 and <= MaxUnknownPublic;
        return rightSize ? new Share(id, value.ToArray()) : throw WireReader.Bad($"share of group 0x{id:x4} has {value.Length} bytes");
    }
}
