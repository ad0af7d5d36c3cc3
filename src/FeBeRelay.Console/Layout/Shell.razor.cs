using FeBeRelay.Relay.Management;
using Microsoft.AspNetCore.Components;

namespace FeBeRelay.WebConsole.Layout;

/// <summary>All of the console: the pages for who has a role, else the sign-in.</summary>
public sealed partial class Shell : ComponentBase
{
    // Sooner than a person notices, seldom enough to cost nothing.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _gone = new();
    private State _state;
    private bool _ended;

    private enum State
    {
        Unknown,
        Stranger,
        Known,
    }

    /// <summary>Ends the session.</summary>
    public async Task SignOutAsync()
    {
        Session.SignOut();
        await Browser.ForgetKeyAsync();
        _state = State.Stranger;
        StateHasChanged();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _gone.Cancel();
        _gone.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            string? key = await Browser.ReadKeyAsync();
            _ended = key is not null && !Session.Resume(key);
            _state = key is null || _ended ? State.Stranger : State.Known;
            StateHasChanged();
            _ = WatchAsync();
        }
    }

    /// <summary>A session that was ended in another tab ends here too. An open page uses it, and so keeps it.</summary>
    private async Task WatchAsync()
    {
        try
        {
            using var ticks = new PeriodicTimer(Look, Node.Time);
            while (await ticks.WaitForNextTickAsync(_gone.Token))
            {
                if (_state == State.Known && Session.Role == ManagementRole.None)
                {
                    _ended = true;
                    _state = State.Stranger;
                    await InvokeAsync(StateHasChanged);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
    }
}
