using System.Net;
using System.Net.Sockets;
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
