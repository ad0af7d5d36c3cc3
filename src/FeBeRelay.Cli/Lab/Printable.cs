using System.Text;
using System.Text.RegularExpressions;

namespace FeBeRelay.Cli.Lab;

/// <summary>Bytes for the eye. Nothing that came over a wire reaches the terminal unfiltered.</summary>
internal static partial class Printable
{
    /// <summary>On one line: what is not printable ASCII becomes a dot.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte one in bytes)
        {
            text.Append(Visible(one));
        }

        return text.ToString();
    }

    /// <summary>The last lines that have text once HTML's tags are taken away, cut to a width.</summary>
    public static IReadOnlyList<string> Lines(ReadOnlySpan<byte> bytes, int count, int width)
    {
        var lines = new List<string>();
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            string line = Tag().Replace(Text(bytes[range].TrimEnd((byte)'\r')), " ").Trim();
            lines.Add(line[..Math.Min(line.Length, width)]);
        }

        return [.. lines.Where(line => line.Length > 0).TakeLast(count)];
    }

    public static string Hex(ReadOnlySpan<byte> bytes) => string.Join(' ', Convert.ToHexStringLower(bytes).Chunk(2).Select(pair => new string(pair)));

    /// <summary>The last bytes as rows of hexadecimal with the same bytes as text beside them.</summary>
    public static IReadOnlyList<string> Dump(ReadOnlySpan<byte> bytes, int rows, int bytesPerRow)
    {
        ReadOnlySpan<byte> shown = bytes[Math.Max(0, bytes.Length - (rows * bytesPerRow))..];
        var lines = new List<string>(rows);
        for (int start = 0; start < shown.Length; start += bytesPerRow)
        {
            ReadOnlySpan<byte> row = shown.Slice(start, Math.Min(bytesPerRow, shown.Length - start));
            lines.Add($"{Hex(row).PadRight((3 * bytesPerRow) - 1)}  {Text(row)}");
        }

        return lines;
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    private static char Visible(byte one) => one is >= 0x20 and < 0x7f ? (char)one : '.';
}
