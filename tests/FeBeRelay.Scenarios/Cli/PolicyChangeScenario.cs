using System.Net;
using System.Net.Sockets;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>An administrator lets a listener take clear connections for a while, without restarting it, and ends that again; what is open runs on.</summary>
public sealed class PolicyChangeScenario : IAsyncLifetime
{
    private readonly Socket _backEnd = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        _backEnd.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _backEnd.Listen();
        _site = await Site.CreateAsync();
        _site.Write("be1.json", $$"""
            {
              "node": { "certificate": { "path": "be1.lab.test.pem", "keyPath": "be1.lab.test.key" }, "trustedRoots": [ "ca.pem" ], "reloadSeconds": 1 },
              "listener": {
                "listen": [ "127.0.0.1:0" ],
                "services": { "owa": { "backEnd": "{{_backEnd.LocalEndPoint}}", "peers": [ "fe1.lab.test" ], "listen": "127.0.0.1:0" } }
              }
            }
            """);
    }

    [Fact]
    public async Task A_running_node_takes_over_what_is_assigned_and_taken_back()
    {
        await using var node = new NodeProcess(_site["be1.json"]);
        IPEndPoint port = IPEndPoint.Parse(await node.WaitForAsync(@"Service owa: own port open on (\S+)"));
        await node.WaitForAsync("started");
        await AssertRefusedAsync(port);

        Assert.Equal(0, (await _site.RunAsync("policy assign server --config {}/be1.json")).Code);
        await node.WaitForAsync("Policy server is in effect in the place of secureServer");
        using Socket client = await Wire.ConnectAsync(port);
        await client.SendAsync("one"u8.ToArray());
        using Socket served = await _backEnd.AcceptAsync(TestContext.Current.CancellationToken);
        await AssertReceivesAsync(served, 3);

        Assert.Equal(0, (await _site.RunAsync("policy unassign --config {}/be1.json")).Code);
        await node.WaitForAsync("Policy secureServer is in effect in the place of server");
        await AssertRefusedAsync(port);
        await client.SendAsync("three"u8.ToArray());
        await AssertReceivesAsync(served, 5);

        _site.Write("be1.json.assigned", "typo\n");
        await node.WaitForAsync("Policy secureServer stays in effect: typo was assigned, but be1.json.assigned policy:assigned is neither a posture");
    }

    [Fact(Timeout = 60_000)]
    public async Task At_SIGHUP_a_running_node_takes_over_the_policy_of_its_file_and_keeps_the_old_one_where_the_file_has_errors()
    {
        await using var node = new NodeProcess(_site["be1.json"]);
        IPEndPoint port = IPEndPoint.Parse(await node.WaitForAsync(@"Service owa: own port open on (\S+)"));
        await node.WaitForAsync("started");
        await AssertRefusedAsync(port);
        string before = await File.ReadAllTextAsync(_site["be1.json"], TestContext.Current.CancellationToken);

        _site.Write("be1.json", before.Replace("\"listener\"", "\"policy\": { \"assigned\": \"server\" }, \"listener\"", StringComparison.Ordinal));
        await node.HangUpAsync();
        await node.WaitForAsync("Policy server is in effect in the place of secureServer: read anew");
        using Socket client = await Wire.ConnectAsync(port);
        await client.SendAsync("one"u8.ToArray());
        using Socket served = await _backEnd.AcceptAsync(TestContext.Current.CancellationToken);
        await AssertReceivesAsync(served, 3);

        _site.Write("be1.json", before.Replace("\"listener\"", "\"policy\": { \"assigned\": \"typo\" }, \"listener\"", StringComparison.Ordinal));
        await node.HangUpAsync();
        await node.WaitForAsync("Policy server stays in effect: read anew, but be1.json policy:assigned is neither a posture");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_policy_on_trial_goes_on_over_a_restart_and_is_rolled_back_unless_it_is_confirmed()
    {
        await using (var node = new NodeProcess(_site["be1.json"]))
        {
            await node.WaitForAsync("started");
            Assert.Equal(0, (await _site.RunAsync("policy activate server --confirm-within 7d --config {}/be1.json")).Code);
            await node.WaitForAsync("Policy server is on trial until");
            await node.WaitForAsync("Policy server is in effect in the place of secureServer");
            await node.TerminateAsync();
            await node.EndAsync();
        }
        await using (var node = new NodeProcess(_site["be1.json"]))
        {
            await node.WaitForAsync("Policy server is on trial until");
            Assert.Contains("confirmed: the policy stays", (await _site.RunAsync("policy confirm --config {}/be1.json")).Output, StringComparison.Ordinal);
            await node.WaitForAsync("Policy server was confirmed");
            Assert.Equal(1, (await _site.RunAsync("policy confirm --config {}/be1.json")).Code);

            Assert.Equal(0, (await _site.RunAsync("policy activate client --confirm-within 10s --config {}/be1.json")).Code);
            await node.WaitForAsync("Policy client is on trial until");
            await node.WaitForAsync("Policy server is in effect in the place of client: the trial of client was not confirmed in time");
            Assert.Equal(0, (await _site.RunAsync("policy activate secureServer --confirm-within 10s --config {}/be1.json")).Code);
            await node.WaitForAsync("Policy secureServer is in effect in the place of server: secureServer was assigned");
            await node.TerminateAsync();
            await node.EndAsync();
        }
        while (PolicyTrial.Read(_site["be1.json"])!.Until > DateTimeOffset.UtcNow)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        await using (var node = new NodeProcess(_site["be1.json"]))
        {
            // Its time passed while nobody was there: the node begins with what was before.
            await node.WaitForAsync("server is assigned again: the trial of secureServer was not confirmed in time");
            await node.TerminateAsync();
            await node.EndAsync();
        }

        string audit = (await _site.RunAsync("audit show policy --config {}/be1.json")).Output;
        Assert.Equal(
            ["policyOnTrial", "policyChanged", "policyOnTrial", "policyConfirmed", "policyOnTrial", "policyChanged", "policyRolledBack", "policyChanged", "policyOnTrial", "policyChanged", "policyRolledBack"],
            audit.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]));
    }

    [Theory]
    [InlineData("policy activate server --confirm-within 5 --config {}/be1.json", 2, "--confirm-within 5 is not a time from 10s to 7d")]
    [InlineData("policy activate server --config {}/be1.json", 2, "--confirm-within")]
    [InlineData("policy activate typo --confirm-within 5m --config {}/be1.json", 2, "there is no policy or posture typo")]
    [InlineData("policy confirm --config {}/be1.json", 1, "no policy is on trial")]
    public async Task A_mistake_about_trials_is_told_and_changes_nothing(string command, int code, string message)
    {
        Transcript end = await _site.RunAsync(command);

        Assert.Equal((code, ""), (end.Code, end.Output));
        Assert.Contains(message, end.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_site["be1.json.trial"]) || File.Exists(_site["be1.json.assigned"]));
    }

    public ValueTask DisposeAsync()
    {
        _backEnd.Dispose();
        _site.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task AssertRefusedAsync(IPEndPoint port) => await Assert.ThrowsAsync<SocketException>(async () =>
    {
        using Socket client = await Wire.ConnectAsync(port);
        await client.SendAsync("GET"u8.ToArray());
        await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
    });

    private static async Task AssertReceivesAsync(Socket socket, int bytes)
    {
        for (int count = 0; count < bytes;)
        {
            int more = await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken);
            Assert.NotEqual(0, more);
            count += more;
        }
    }
}
