using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>A service manager of type notify starts a node, asks it to reload, and stops it: it is told each time when that is so.</summary>
public sealed class NotifyScenario
{
    [Fact(Timeout = 90_000)]
    public async Task The_manager_is_told_when_the_node_is_ready_reloads_and_stops()
    {
        Tool.Require();
        using Site site = await Site.CreateAsync();
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(site["notify"]));
        await using var node = new NodeProcess(site["be1.json"], environment: new Dictionary<string, string> { ["NOTIFY_SOCKET"] = site["notify"] });

        Assert.Equal("READY=1", await HearAsync(manager));
        Assert.Equal(1, node.Count("Node port open"));

        await node.SignalAsync("HUP");
        string[] reloading = (await HearAsync(manager)).Split('\n');
        Assert.Equal("READY=1", await HearAsync(manager));
        Assert.Equal("RELOADING=1", reloading[0]);
        // notify-reload wants the time of the monotonic clock, to tell this reload from an earlier one.
        long told = long.Parse(reloading[1]["MONOTONIC_USEC=".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(told, 1, Stopwatch.GetTimestamp() / 1000);

        await node.TerminateAsync();
        Assert.Equal("STOPPING=1", await HearAsync(manager));
        Assert.Equal(0, await node.EndAsync());
    }

    private static async Task<string> HearAsync(Socket manager)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, SocketFlags.None, TestContext.Current.CancellationToken));
    }
}
