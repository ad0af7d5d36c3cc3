using System.Buffers.Binary;

namespace FeBeRelay.Fuzz;

/// <summary>Changes inputs; the same seed makes the same changes on every machine.</summary>
internal sealed class Mutator(ulong seed, IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
{
    private const int MaxInput = 100_000;

    private static readonly uint[] Interesting = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF];

    private ulong _state = seed * 0x9E3779B97F4A7C15 + 1;

    public byte[] Next()
    {
        List<byte> input = [.. Pick(seeds)];
        for (int changes = 1 + Below(8); changes > 0; changes--)
        {
            Change(input);
        }
        return [.. input.Take(MaxInput)];
    }

    private void Change(List<byte> input)
    {
        int at = Below(input.Count + 1);
        switch (Below(input.Count == 0 ? 3 : 10))
        {
            case 0:
                input.InsertRange(at, Bytes(1 + Below(16)));
                break;
            case 1 when words.Count > 0:
                input.InsertRange(at, Pick(words));
                break;
            case 1 or 2:
                byte[] other = Pick(seeds);
                int from = Below(other.Length + 1);
                input.InsertRange(at, other.AsSpan(from, Below(other.Length - from + 1)));
                break;
            case 3:
                input.RemoveRange(at, Below(Math.Min(input.Count - at, 32) + 1));
                break;
            case 4:
                input.RemoveRange(at, input.Count - at);
                break;
            case 5:
                int length = Below(Math.Min(input.Count - at, 256) + 1);
                input.InsertRange(at, input.GetRange(at, length));
                break;
            case 6:
                Overwrite(input, at);
                break;
            default:
                at = Below(input.Count);
                input[at] = Below(2) == 0 ? (byte)(input[at] ^ 1 << Below(8)) : (byte)Below(256);
                break;
        }
    }

    /// <summary>A number at the edge of something, in one to four bytes.</summary>
    private void Overwrite(List<byte> input, int at)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, Interesting[Below(Interesting.Length)]);
        int size = Math.Min(1 + Below(4), input.Count - at);
        for (int i = 0; i < size; i++)
        {
            input[at + i] = number[4 - size + i];
        }
    }

    private byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)Below(256))];

    private T Pick<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    /// <summary>A number below the bound (xorshift64*).</summary>
    private int Below(int bound)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)((_state * 0x2545F4914F6CDD1D >> 33) % (ulong)bound);
    }
}
