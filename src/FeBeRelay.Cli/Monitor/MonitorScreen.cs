using System.Globalization;
using FeBeRelay.Relay.Monitoring;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FeBeRelay.Cli.Monitor;

/// <summary>
/// The IP Security Monitor for a terminal: what is protected how, with whom, and the node's totals. 80 columns show a row's figures, more columns its
/// addresses too. Only the largest rows that fit the height are shown, and how many are not.
/// </summary>
/// <param name="order">What rows are ordered by.</param>
/// <param name="filter">What rows must contain, or null.</param>
internal sealed class MonitorScreen(MonitorOrder order, string? filter)
{
    private const int WideColumns = 146;

    // Everything but peer and rule, with the blanks between, as long as there are fewer than a thousand channels in a row.
    private const int FigureColumns = 9 + 11 + 3 + 4 + 4 + 3 * 5 + 9;
    private const int LeastName = 6;

    // Title, headings, the line under the rows, totals, a line for what is typed.
    private const int FixedLines = 12;

    /// <summary>The screen.</summary>
    /// <param name="view">The figures.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Lines, or null where all rows are wanted.</param>
    public IRenderable Render(MonitorView view, int width, int? height)
    {
        MonitorRow[] all = [.. Rows(view)];
        MonitorRow[] rows = filter is null ? all : [.. all.Where(row => row.Contains(filter))];
        int room = height is { } lines ? Math.Max(1, lines - FixedLines) : int.MaxValue;
        MonitorRow[] shown = [.. rows.By(order).Take(room)];
        return new Rows(Title(view), Table(shown, width), Rest(all.Length, rows.Length, shown.Length), Totals(view.Totals, width));
    }

    /// <summary>Associations and clear flows alike.</summary>
    public static IEnumerable<MonitorRow> Rows(MonitorView view) => view.Associations.Select(MonitorRow.Of).Concat(view.Clear.Select(MonitorRow.Of));

    private static Markup Title(MonitorView view) => Markup.FromInterpolated(
        CultureInfo.InvariantCulture,
        $"[bold]{view.Node.Name}[/] {view.Node.Version}  policy [bold]{view.Node.Policy}[/]{Trial(view.Node)}  up {MonitorText.Time((long)(view.Time - view.Node.Started).TotalSeconds)}  {view.Time:yyyy-MM-dd HH:mm:ss}Z");

    private static string Trial(NodeView node) => (node.IsAuditOnly ? " AUDIT-ONLY" : "") + (node.TrialUntil is { } until ? string.Create(CultureInfo.InvariantCulture, $" ON TRIAL until {until:HH:mm:ss}Z") : "");

    private Table Table(IReadOnlyList<MonitorRow> rows, int width)
    {
        bool wide = width >= WideColumns;
        Table table = new Table().NoBorder().AddColumn(Column("PEER", MonitorOrder.Peer)).AddColumn(new TableColumn("RULE").NoWrap()).AddColumn(new TableColumn("SECURITY").NoWrap()).AddColumn(new TableColumn("SUITE").NoWrap());
        table.AddColumn(Column("CH", MonitorOrder.Channels).RightAligned()).AddColumn(Column("SENT", MonitorOrder.Bytes).RightAligned()).AddColumn(new TableColumn("RECV").RightAligned());
        table.AddColumn(Column("AGE", MonitorOrder.Age).RightAligned()).AddColumn(new TableColumn("REKEY").RightAligned()).AddColumn(Column("ENDS", MonitorOrder.Ends).RightAligned());
        if (wide)
        {
            table.AddColumn(new TableColumn("GROUP").NoWrap()).AddColumn(new TableColumn("SERVICE").NoWrap()).AddColumn(new TableColumn("FROM").NoWrap()).AddColumn(new TableColumn("TO").NoWrap());
        }
        foreach (TableColumn column in table.Columns)
        {
            column.Padding = new Padding(0, 0, column == table.Columns[^1] ? 0 : 1, 0);
        }
        (int peer, int rule) = wide ? (32, 24) : NameWidths(rows, width);
        foreach (MonitorRow row in rows)
        {
            List<IRenderable> cells =
            [
                new Text(Cut(row.Peer, peer)), new Text(Cut(row.Rule ?? "-", rule)), new Text(MonitorText.Of(row.Protection), StyleOf(row.Protection)), new Text(row.Suite ?? "-"),
                Figure(row.Channels.ToString(CultureInfo.InvariantCulture)), Figure(MonitorText.Bytes(row.Sent)), Figure(MonitorText.Bytes(row.Received)),
                Figure(MonitorText.Time(row.Age)), Figure(MonitorText.Time(row.Rekey)), Figure(MonitorText.Time(row.Ends)),
            ];
            table.AddRow(wide ? [.. cells, new Text(row.Group ?? "-"), new Text(Cut(row.Service ?? "-", 20)), new Text(row.From ?? "-"), new Text(row.To ?? "-")] : cells);
        }
        return table;
    }

    /// <summary>What the figures leave to peers and rules; a peer's name is cut last.</summary>
    private static (int Peer, int Rule) NameWidths(IReadOnlyList<MonitorRow> rows, int width)
    {
        int left = Math.Max(2 * LeastName, width - FigureColumns);
        int peer = rows.Select(row => row.Peer.Length).DefaultIfEmpty(0).Max();
        int rule = rows.Select(row => row.Rule?.Length ?? 1).DefaultIfEmpty(0).Max();
        int forRule = Math.Clamp(left - peer, LeastName, Math.Max(LeastName, rule));
        return (left - forRule, forRule);
    }

    private TableColumn Column(string heading, MonitorOrder orders) => new TableColumn(new Text(heading, orders == order ? new Style(decoration: Decoration.Underline) : Style.Plain)).NoWrap();

    private Text Rest(int all, int matching, int shown) => new(
        all == 0 ? "no association, nothing in the clear"
        : shown < matching ? string.Create(CultureInfo.InvariantCulture, $"... {matching - shown} more rows")
        : filter is not null ? string.Create(CultureInfo.InvariantCulture, $"{matching} of {all} rows contain '{filter}'")
        : "",
        new Style(decoration: Decoration.Dim));

    private static Rows Totals(TotalsView totals, int width)
    {
        (string Name, string Value)[] figures =
        [
            ("Active associations", N(totals.ActiveAssociations)), ("Channels, with streams", $"{N(totals.ActiveChannels)}, {N(totals.OpenStreams)}"),
            ("Confidential bytes sent", N(totals.ConfidentialBytesSent)), ("Confidential received", N(totals.ConfidentialBytesReceived)),
            ("Authenticated bytes sent", N(totals.AuthenticatedBytesSent)), ("Authenticated received", N(totals.AuthenticatedBytesReceived)),
            ("CLEAR bytes sent", N(totals.ClearBytesSent)), ("CLEAR bytes received", N(totals.ClearBytesReceived)),
            ("Main modes", N(totals.MainModes)), ("Quick modes, rekeys", $"{N(totals.QuickModes)}, {N(totals.Rekeys)}"),
            ("Soft associations", N(totals.SoftAssociations)), ("Key additions", N(totals.KeyAdditions)),
            ("Authentication failures", N(totals.AuthenticationFailures)), ("Negotiation failures", N(totals.NegotiationFailures)),
            ("Not authenticated, replayed", $"{N(totals.RecordsNotAuthenticated)}, {N(totals.RecordsReplayed)}"), ("Unknown associations", N(totals.UnknownAssociations)),
        ];
        int column = Math.Min(width - 2, 78) / 2;
        return new Rows(figures.Chunk(2).Select(pair => new Text(string.Join("  ", pair.Select(figure => figure.Name + figure.Value.PadLeft(Math.Max(1, column - figure.Name.Length)))))));
    }

    private static Text Figure(string text) => new(text) { Overflow = Overflow.Crop };

    private static string N<T>(T number)
        where T : IFormattable => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "~");

    private static Style StyleOf(Protection protection) => protection switch
    {
        Protection.Secured => new Style(Color.Green),
        Protection.AuthenticatedOnly => new Style(Color.Yellow),
        _ => new Style(Color.Red, decoration: Decoration.Bold),
    };
}
