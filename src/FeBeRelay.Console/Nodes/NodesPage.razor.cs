using FeBeRelay.Channel;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using Microsoft.AspNetCore.Components;

namespace FeBeRelay.WebConsole.Nodes;

/// <summary>Several nodes side by side, asked as <c>feberelay monitor NODE</c> asks them.</summary>
public sealed partial class NodesPage : ComponentBase
{
    /// <summary>Peers that a page asks, at most.</summary>
    private const int MaxPeers = 50;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _gone = new();
    private readonly List<ManagementClient> _clients = [];
    private List<NodeLook> _looks = [];
    private Task _asking = Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _clients.ForEach(client => client.Dispose());
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        List<PeerNode> peers = [.. Node.Peers.Take(MaxPeers)];
        _looks = [new NodeLook(Node.Identity.Name, IsThis: true), .. peers.Select(peer => new NodeLook(peer.Name))];
        _asking = Task.WhenAll([LookAtThisAsync(), .. peers.Select((peer, i) => AskAsync(peer, i + 1))]);
    }

    private Task LookAtThisAsync() => RepeatAsync(0, _ => Task.FromResult(Node.Monitor()));

    private Task AskAsync(PeerNode peer, int place)
    {
        var client = ManagementClient.OverChannels(new ManagementChannels(peer, Node.Identity, ManagementRole.Viewer, Node.Time));
        _clients.Add(client);
        return RepeatAsync(place, client.MonitorAsync);
    }

    private async Task RepeatAsync(int place, Func<CancellationToken, Task<MonitorView>> read)
    {
        try
        {
            using var ticks = new PeriodicTimer(Every, Node.Time);
            do
            {
                NodeLook look = await LookAsync(_looks[place], read);
                await InvokeAsync(() =>
                {
                    _looks[place] = look;
                    StateHasChanged();
                });
            }
            while (await ticks.WaitForNextTickAsync(_gone.Token));
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
    }

    private async Task<NodeLook> LookAsync(NodeLook before, Func<CancellationToken, Task<MonitorView>> read)
    {
        try
        {
            MonitorView view = await read(_gone.Token);
            return before with { Name = view.Node.Name, View = view, Problem = null };
        }
        catch (ManagementException e)
        {
            return before with { View = null, Problem = e.Message, Hint = e.Hint };
        }
    }

    private sealed record NodeLook(string Name, bool IsThis = false, MonitorView? View = null, string? Problem = null, string? Hint = null);
}
