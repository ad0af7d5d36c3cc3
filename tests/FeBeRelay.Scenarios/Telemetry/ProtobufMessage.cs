using System.Buffers.Binary;
using System.Text;

namespace FeBeRelay.Scenarios.Telemetry;

/// <summary>A message in protobuf's encoding, read by field numbers: as much of it as OTLP needs.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, byte[] Bytes, ulong Number)> _fields = [];

    public ProtobufMessage(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ulong key = ReadNumber(ref bytes);
            int size = (key & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)ReadNumber(ref bytes),
                5 => 4,
                _ => throw new InvalidDataException($"wire type {key & 7}"),
            };
            ulong number = (key & 7) switch
            {
                0 => ReadNumber(ref bytes),
                1 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                _ => 0,
            };
            _fields.Add(((int)(key >> 3), bytes[..size].ToArray(), number));
            bytes = bytes[size..];
        }
    }

    /// <summary>Messages along a path of fields, of all that are repeated.</summary>
    public IEnumerable<ProtobufMessage> All(params int[] path) => path.Aggregate(
        (IEnumerable<ProtobufMessage>)[this], (messages, field) => messages.SelectMany(message => message._fields.Where(f => f.Field == field).Select(f => new ProtobufMessage(f.Bytes))));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => _fields.FirstOrDefault(f => f.Field == field).Number;

    private byte[] Bytes(int field) => _fields.FirstOrDefault(f => f.Field == field).Bytes ?? [];

    private static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
    }
}
