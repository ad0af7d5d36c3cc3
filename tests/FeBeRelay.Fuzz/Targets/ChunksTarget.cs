using FeBeRelay.Relay.Http.Parsing;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>A body in the chunked coding: whole, and in pieces of the size that its first byte says, which must come to the same.</summary>
internal sealed class ChunksTarget() : FuzzTarget("chunks", MakeSeeds, allowance: 300_000)
{
    public override IReadOnlyList<byte[]> Words => Texts("\r\n", "0\r\n\r\n", "0\r\nX: 1\r\n\r\n", ";a=b", ";a=\"\\\"\"", "ffffffffffffffff", "\n", "\r", " ", "\t");

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        string whole = Read(input.AsSpan(1), input.Length);
        string pieces = Read(input.AsSpan(1), 1 + input[0] % 16);
        return whole == pieces ? 1 : throw new InvalidOperationException($"whole: {whole}; in pieces: {pieces}");
    }

    private static string Read(ReadOnlySpan<byte> input, int piece)
    {
        var reader = new ChunkReader();
        long data = 0, hash = 0;
        int consumed = 0;
        try
        {
            while (consumed < input.Length && !reader.IsComplete)
            {
                ReadOnlySpan<byte> next = input.Slice(consumed, Math.Min(piece, input.Length - consumed));
                int read = reader.Read(next, out ReadOnlySpan<byte> run);
                if (read == 0)
                {
                    throw new InvalidOperationException("the reader stands still");
                }
                consumed += read;
                data += run.Length;
                foreach (byte value in run)
                {
                    hash = hash * 31 + value;
                }
            }
        }
        catch (BackEndViolationException)
        {
            return "violation";
        }
        return $"{consumed} bytes, data {data} ({hash:x}), complete {reader.IsComplete}, trailers {Convert.ToHexString(reader.IsComplete ? reader.Trailers : [])}";
    }

    private static IReadOnlyList<byte[]> MakeSeeds() => Texts(
        "\u00075\r\nhello\r\n0\r\n\r\n",
        "\u00015;name=\"va\\\"lue\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\nNEXT",
        "\u000f0005 \r\nhello\r\n000\r\n\r\n");
}
