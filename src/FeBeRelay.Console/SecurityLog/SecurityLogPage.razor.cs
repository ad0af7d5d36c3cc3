using FeBeRelay.Relay.Audit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.QuickGrid;

namespace FeBeRelay.WebConsole.SecurityLog;

/// <summary>What has happened, as it is written.</summary>
public sealed partial class SecurityLogPage : ComponentBase
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // Reading a whole log takes processor time: one page at a time.
    private static readonly SemaphoreSlim Verifying = new(1, 1);

    private readonly CancellationTokenSource _gone = new();
    private QuickGrid<LogRow>? _grid;
    private List<LogRow> _all = [];
    private List<LogRow> _rows = [];
    private (long Length, DateTime Created) _seen;
    private string _text = "";
    private AuditCategory? _category;
    private AuditOutcome? _outcome;
    private AuditVerification? _verified;
    private string? _failure;
    private bool _verifying;
    private bool _paused;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (Node.AuditFile is { } file)
        {
            _ = WatchAsync(file);
        }
    }

    private async Task WatchAsync(string file)
    {
        using var ticks = new PeriodicTimer(Look, Node.Time);
        try
        {
            do
            {
                await InvokeAsync(() => ReadAsync(file));
            }
            while (await ticks.WaitForNextTickAsync(_gone.Token));
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
    }

    private async Task ReadAsync(string file)
    {
        try
        {
            var info = new FileInfo(file);
            (long, DateTime) now = info.Exists ? (info.Length, info.CreationTimeUtc) : default;
            if (_paused || now == _seen)
            {
                return;
            }
            _all = await Task.Run(() => LogFile.ReadNewest(file), _gone.Token);
            (_seen, _failure) = (now, null);
            await ShowAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = $"The log cannot be read: {e.Message}";
        }
        StateHasChanged();
    }

    private async Task ShowAsync()
    {
        string text = _text.Trim();
        _rows = [.. _all.Where(row =>
            (_category is null || row.Event.Category == _category) && (_outcome is null || row.Event.Outcome == _outcome)
            && (text.Length == 0 || row.Text.Contains(text, StringComparison.OrdinalIgnoreCase)))];
        await (_grid?.RefreshDataAsync() ?? Task.CompletedTask);
    }

    private ValueTask<GridItemsProviderResult<LogRow>> ProvideAsync(GridItemsProviderRequest<LogRow> request) => ValueTask.FromResult(
        GridItemsProviderResult.From([.. _rows.Skip(request.StartIndex).Take(request.Count ?? _rows.Count)], _rows.Count));

    private async Task VerifyAsync()
    {
        _verifying = true;
        try
        {
            await Verifying.WaitAsync(_gone.Token);
            try
            {
                _verified = await Task.Run(() => new AuditVerifier(certificates: null, head: null).Verify(AuditFileNames.All(Node.AuditFile!)), _gone.Token);
                _failure = null;
            }
            finally
            {
                Verifying.Release();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = $"The log cannot be read: {e.Message}";
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        _verifying = false;
    }
}
