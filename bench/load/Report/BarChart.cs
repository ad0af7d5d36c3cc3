using System.Globalization;
using System.Text;
using FeBeRelay.Load.Candidates;

namespace FeBeRelay.Load.Report;

/// <summary>For each load two columns of bars, requests per second and processor time per request, as one SVG picture.</summary>
internal static class BarChart
{
    private const int NameWidth = 150;
    private const int BarWidth = 260;
    private const int NumberWidth = 80;
    private const int ColumnWidth = BarWidth + NumberWidth;
    private const int RowHeight = 18;
    private const int HeadHeight = 46;

    public static string Of(IReadOnlyList<WorkloadResult> results)
    {
        int width = NameWidth + 2 * ColumnWidth + 20;
        int height = results.Sum(HeightOf) + 10;
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        int top = 0;
        foreach (WorkloadResult result in results)
        {
            Panel(svg, result, top);
            top += HeightOf(result);
        }
        return svg.AppendLine("</svg>").ToString();
    }

    private static int HeightOf(WorkloadResult result) => HeadHeight + result.Relays.Count * RowHeight;

    private static void Panel(StringBuilder svg, WorkloadResult result, int top)
    {
        Text(svg, 10, top + 20, result.Title, "font-weight=\"bold\"");
        Text(svg, NameWidth, top + 38, "requests/s", "fill=\"#555\"");
        Text(svg, NameWidth + ColumnWidth, top + 38, "CPU us per request", "fill=\"#555\"");
        double mostRequests = result.Relays.Max(r => r.Median(s => s.RequestsPerSecond));
        double mostCpu = result.Relays.Max(r => r.Median(s => s.CpuPerRequest));
        int row = top + HeadHeight;
        foreach (RelayResult relay in result.Relays)
        {
            Text(svg, 10, row + 12, relay.Name, "");
            Bar(svg, NameWidth, row, relay, relay.Median(s => s.RequestsPerSecond), mostRequests);
            if (relay.Family != Family.Origin)
            {
                Bar(svg, NameWidth + ColumnWidth, row, relay, relay.Median(s => s.CpuPerRequest), mostCpu);
            }
            row += RowHeight;
        }
    }

    private static void Bar(StringBuilder svg, int left, int top, RelayResult relay, double value, double most)
    {
        double length = BarWidth * value / Math.Max(most, double.Epsilon);
        string color = relay.Family switch
        {
            Family.Stream or Family.Http => "#1f6feb",
            Family.Origin or Family.Ceiling => "#c9c9c9",
            _ => "#8c959f",
        };
        svg.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{left}\" y=\"{top + 2}\" width=\"{length:0.#}\" height=\"{RowHeight - 5}\" fill=\"{color}\"/>");
        Text(svg, left + (int)length + 5, top + 12, value.ToString(value < 100 ? "0.#" : "N0", CultureInfo.InvariantCulture), "fill=\"#333\"");
    }

    private static void Text(StringBuilder svg, int x, int y, string text, string more) =>
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" {more}>{System.Security.SecurityElement.Escape(text)}</text>");
}
