using System.Globalization;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.WebConsole.Charts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.QuickGrid;

namespace FeBeRelay.WebConsole.Monitor;

/// <summary>What the node protects, and how: live.</summary>
public sealed partial class MonitorPage : ComponentBase
{
    private const int MaxChannels = 100;

    private QuickGrid<MonitorRow>? _grid;
    private IDisposable? _listening;
    private MonitorView? _view;
    private List<MonitorRow> _rows = [];
    private int _all;
    private string _filter = "";
    private Protection? _protection;
    private string? _selected;
    private Recorded _recorded = new([]);
    private CounterReading? _past;
    private int? _place;
    private string? _deleting;
    private string? _said;
    private bool _paused;
    private int _drawing;

    /// <inheritdoc/>
    public void Dispose() => _listening?.Dispose();

    /// <inheritdoc/>
    protected override void OnInitialized() => _listening = Feed.Listen(Take);

    /// <summary>A reading that comes while one is being drawn is left out: the next is newer.</summary>
    private void Take(MonitorView view)
    {
        if (!_paused && Interlocked.Exchange(ref _drawing, 1) == 0)
        {
            _ = InvokeAsync(() => DrawAsync(view));
        }
    }

    private async Task DrawAsync(MonitorView view)
    {
        try
        {
            _view = view;
            _recorded = new Recorded(Node.History.Readings());
            Place(_past);
            await ShowAsync();
            StateHasChanged();
        }
        finally
        {
            Volatile.Write(ref _drawing, 0);
        }
    }

    private async Task ShowAsync()
    {
        if (_view is null)
        {
            return;
        }
        _all = _view.Associations.Count + _view.Clear.Count;
        _rows = [.. _view.Clear.Select(MonitorRow.Of).Concat(_view.Associations.Select(MonitorRow.Of)).Where(IsWanted)];
        await (_grid?.RefreshDataAsync() ?? Task.CompletedTask);
    }

    private bool IsWanted(MonitorRow row) =>
        (_protection is null || row.Protection == _protection) && (_filter.Length == 0 || row.Contains(_filter.Trim()));

    private ValueTask<GridItemsProviderResult<MonitorRow>> ProvideAsync(GridItemsProviderRequest<MonitorRow> request)
    {
        IEnumerable<MonitorRow> page = request.ApplySorting(_rows.AsQueryable()).Skip(request.StartIndex);
        return ValueTask.FromResult(GridItemsProviderResult.From([.. request.Count is { } count ? page.Take(count) : page], _rows.Count));
    }

    private Task PauseAsync()
    {
        _paused = !_paused;
        return _paused ? Task.CompletedTask : DrawAsync(Node.Monitor());
    }

    /// <summary>The slider was moved; its right end is the present.</summary>
    private void GoTo(ChangeEventArgs moved)
    {
        if (int.TryParse(moved.Value as string, NumberStyles.None, CultureInfo.InvariantCulture, out int place))
        {
            Place(place < _recorded.Points.Count - 1 ? _recorded.Points[place] : null);
        }
    }

    /// <summary>Shows a moment, which moves to the left while time goes on, and at last out of what is kept.</summary>
    private void Place(CounterReading? moment)
    {
        int place = moment is null ? -1 : _recorded.Points.TakeWhile(point => point.Time <= moment.Time).Count() - 1;
        (_past, _place) = place < 0 ? (null, null) : (_recorded.Points[place], (int?)place);
    }

    private void Select(MonitorRow row)
    {
        _selected = row.Key == _selected ? null : row.Key;
        (_deleting, _said) = (null, null);
    }

    private void Rekey(string id)
    {
        if (Find(id) is { } association)
        {
            Tell(id, "new keys");
            _said = $"New keys asked for in {Figures.Count(AssociationActions.Rekey(association))} channels.";
        }
    }

    private async Task DeleteAsync(string id)
    {
        _deleting = null;
        if (Find(id) is { } association)
        {
            Tell(id, "deleted");
            await Node.Actions.DeleteAsync(association, "deleted by an operator");
        }
    }

    /// <summary>What an operator means, as long as there is one and it is there.</summary>
    private Association? Find(string id) => Session.IsOperator ? Node.Associations.All.FirstOrDefault(one => one.Id == id) : null;

    private void Tell(string id, string what) => Node.Audit.ManagementAction("console operator", null, id, what);

    private string? RowClass(MonitorRow row) => row.Key == _selected ? "chosen" : row.Protection == Protection.Clear ? "clear-row" : null;

    private static string ClassOf(Protection protection) => protection switch
    {
        Protection.Secured => "secured",
        Protection.AuthenticatedOnly => "authenticated",
        _ => "clear",
    };

    private static (string Name, string Value, bool Bad)[] Tiles(TotalsView totals) =>
    [
        ("Associations", Figures.Count(totals.ActiveAssociations), false),
        ("Channels, with streams", $"{Figures.Count(totals.ActiveChannels)}, {Figures.Count(totals.OpenStreams)}", false),
        ("Confidential sent", Figures.Count(totals.ConfidentialBytesSent), false),
        ("Confidential received", Figures.Count(totals.ConfidentialBytesReceived), false),
        ("Authenticated sent", Figures.Count(totals.AuthenticatedBytesSent), false),
        ("Authenticated received", Figures.Count(totals.AuthenticatedBytesReceived), false),
        ("CLEAR sent", Figures.Count(totals.ClearBytesSent), totals.ClearBytesSent > 0),
        ("CLEAR received", Figures.Count(totals.ClearBytesReceived), totals.ClearBytesReceived > 0),
        ("Main modes", Figures.Count(totals.MainModes), false),
        ("Quick modes, rekeys", $"{Figures.Count(totals.QuickModes)}, {Figures.Count(totals.Rekeys)}", false),
        ("Key additions", Figures.Count(totals.KeyAdditions), false),
        ("Soft associations", Figures.Count(totals.SoftAssociations), totals.SoftAssociations > 0),
        ("Authentication failures", Figures.Count(totals.AuthenticationFailures), totals.AuthenticationFailures > 0),
        ("Negotiation failures", Figures.Count(totals.NegotiationFailures), totals.NegotiationFailures > 0),
        ("Not authenticated, replayed", $"{Figures.Count(totals.RecordsNotAuthenticated)}, {Figures.Count(totals.RecordsReplayed)}", totals.RecordsNotAuthenticated + totals.RecordsReplayed > 0),
        ("Unknown associations", Figures.Count(totals.UnknownAssociations), totals.UnknownAssociations > 0),
    ];

    /// <summary>What columns are sorted by; figures begin with the largest.</summary>
    private static class Sorts
    {
        public static readonly GridSort<MonitorRow> Peer = GridSort<MonitorRow>.ByAscending(row => row.Peer);
        public static readonly GridSort<MonitorRow> Protection = GridSort<MonitorRow>.ByDescending(row => row.Protection);
        public static readonly GridSort<MonitorRow> Channels = GridSort<MonitorRow>.ByDescending(row => row.Channels);
        public static readonly GridSort<MonitorRow> Sent = GridSort<MonitorRow>.ByDescending(row => row.Sent);
        public static readonly GridSort<MonitorRow> Received = GridSort<MonitorRow>.ByDescending(row => row.Received);
        public static readonly GridSort<MonitorRow> Age = GridSort<MonitorRow>.ByDescending(row => row.Age);
        public static readonly GridSort<MonitorRow> Rekey = GridSort<MonitorRow>.ByAscending(row => row.Rekey);
        public static readonly GridSort<MonitorRow> Ends = GridSort<MonitorRow>.ByAscending(row => row.Ends);
    }
}
