using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>systemd opens a node's sockets: the node starts with the first connection, which is served, and refuses sockets that its configuration does not have.</summary>
public sealed class SocketActivationScenario
{
    [Fact(Timeout = 90_000)]
    public async Task A_connection_starts_the_node_and_is_served_by_it()
    {
        Tool.Require("systemd-socket-activate");
        using Site site = await Site.CreateAsync();
        int port = FreePort();
        using Process manager = Activate(site, port, "relay.owa");
        try
        {
            using Socket client = await ConnectAsync(port);
            // There is no peer, so it is reset; but it was this node that took it.
            await client.AssertResetAsync();
        }
        finally
        {
            await Tool.RunAsync("kill", "-TERM", $"{manager.Id}");
        }
        string said = await manager.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await manager.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains($"Relay endpoint owa open on 127.0.0.1:{port}", said, StringComparison.Ordinal);
        Assert.Contains("Endpoint owa: ", said, StringComparison.Ordinal);
        Assert.Equal(0, manager.ExitCode);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_socket_that_the_configuration_does_not_have_is_an_error_that_says_how_it_is_named()
    {
        Tool.Require("systemd-socket-activate");
        using Site site = await Site.CreateAsync();
        int port = FreePort();
        using Process manager = Activate(site, port, "relay.imap");

        using Socket client = await ConnectAsync(port);
        string said = await manager.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await manager.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, manager.ExitCode);
        Assert.Contains($"feberelay: the node was started with sockets that its configuration does not have: relay.imap on 127.0.0.1:{port}", said, StringComparison.Ordinal);
        Assert.Contains("hint: names are relay.NAME", said, StringComparison.Ordinal);
    }

    private static Process Activate(Site site, int port, string name) => Process.Start(new ProcessStartInfo(
        "systemd-socket-activate",
        [
            "-l", $"127.0.0.1:{port}", $"--fdname={name}", "--", Path.Combine(AppContext.BaseDirectory, "feberelay"),
            "run", "--config", site["fe1.json"], "--set", "nodes:be1:address=127.0.0.1:9",
        ])
    {
        RedirectStandardError = true,
        Environment = { ["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath)! },
    })!;

    private static int FreePort()
    {
        using var free = new StubServer();
        return ((IPEndPoint)free.EndPoint).Port;
    }

    /// <summary>The manager says that it listens to nobody: asked until it does.</summary>
    private static async Task<Socket> ConnectAsync(int port)
    {
        while (true)
        {
            try
            {
                return await Wire.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
    }
}
