using System.Globalization;
using FeBeRelay.Cli.Lab.Wiretapping;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FeBeRelay.Cli.Lab;

/// <summary>What was sent and what the wiretap saw, side by side, both directions. Always of the same small size.</summary>
internal static class WireView
{
    private const int Rows = 8;
    private const int BytesPerRow = 8;

    /// <summary>A dump row is three characters of hexadecimal and one of text for each byte, with two between.</summary>
    private const int DumpWidth = (4 * BytesPerRow) + 1;
    private const int BordersAndPadding = 8;

    public static IRenderable Panels(LabBench bench, int width)
    {
        int textWidth = Math.Clamp(width - DumpWidth - BordersAndPadding, 20, 100);
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().Padding(0, 0)).AddColumn(new GridColumn().NoWrap().Padding(0, 0));
        foreach (WireDirection direction in Enum.GetValues<WireDirection>())
        {
            grid.AddRow(
                Box(Title("sent", direction, bench.Clear), Printable.Lines(bench.Clear.Sample(direction), Rows, textWidth), textWidth, Color.Yellow),
                Box(Title("on the link", direction, bench.Link), Printable.Dump(bench.Link.Sample(direction), Rows, BytesPerRow), DumpWidth, Color.Green));
        }

        return grid;
    }

    public static void WriteLines(LabBench bench, TextWriter output)
    {
        foreach (WireDirection direction in Enum.GetValues<WireDirection>())
        {
            output.WriteLine($"--- {Title("sent", direction, bench.Clear)}");
            foreach (string line in Printable.Lines(bench.Clear.Sample(direction), Rows, width: 100))
            {
                output.WriteLine($"    {line}");
            }

            output.WriteLine($"--- {Title("on the link", direction, bench.Link)}");
            foreach (string line in Printable.Dump(bench.Link.Sample(direction), Rows / 2, 2 * BytesPerRow))
            {
                output.WriteLine($"    {line}");
            }
        }

        output.Flush();
    }

    private static Panel Box(string title, IReadOnlyList<string> lines, int width, Color color)
    {
        IEnumerable<string> rows = lines.Concat(Enumerable.Repeat("", Rows - lines.Count)).Select(line => line.PadRight(width));
        return new Panel(new Text(string.Join('\n', rows))).Header(title).RoundedBorder().BorderColor(color);
    }

    private static string Title(string what, WireDirection direction, Wiretap tap)
    {
        string way = direction == WireDirection.ToTarget ? "requests" : "answers";
        return string.Create(CultureInfo.InvariantCulture, $"{way} {what}: {tap.Bytes(direction):N0} bytes");
    }
}
