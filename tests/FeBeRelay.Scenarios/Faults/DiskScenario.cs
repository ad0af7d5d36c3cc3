using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>The disk of a node's security log and pins is full, or read-only: traffic goes on or is refused as the configuration says, it is told, and nothing is lost when there is room again.</summary>
[Collection("two nodes")]
public sealed class DiskScenario : IDisposable
{
    private const string Ratchet = """
        "policy": { "pinsFile": "STATE/pins.json", "assigned": "p", "policies": { "p": { "rules": { "all": { "action": "negotiate", "soft": true, "ratchet": true } } } } },
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-disk-").FullName;
    private readonly StubServer _server = new();

    public DiskScenario() => _ = _server.ServeAsync(AnswerAsync);

    [Theory(Timeout = 90_000)]
    [InlineData("continue")]
    [InlineData("stop")]
    public async Task A_full_disk_is_told_and_costs_no_event_when_there_is_room_again(string onFailure)
    {
        SmallDisk.Require();
        var disk = new SmallDisk(_folder, "size=256k");
        await using NodePair nodes = await Pair(disk, onFailure).StartAsync();
        await AssertServedAsync(nodes);

        disk.Fill(nodes.Listener);
        await TryAskAsync(nodes);
        await nodes.Listener.WaitForAsync(onFailure == "stop" ? @"\[2300\]" : @"\[2301\]");
        if (onFailure == "stop")
        {
            Assert.Equal("", await TryAskAsync(nodes));
        }
        else
        {
            await AssertServedAsync(nodes);
        }

        disk.MakeRoom(nodes.Listener);
        Assert.Equal("0", await nodes.Listener.WaitForAsync(@"\[2302\].*; (\d+) events were lost"));
        await AssertServedAsync(nodes);
        string copy = nodes["copy.jsonl"];
        File.Copy(disk.Of(nodes.Listener, "be1.jsonl"), copy);
        await Tool.RunAsync(NodeProcess.Program, "audit", "verify", copy);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("stop", "", "the audit log .*be1.jsonl cannot be written: .*Read-only file system")]
    [InlineData("continue", Ratchet, "pins.json: pins cannot be written there: .*Read-only file system")]
    public async Task On_a_read_only_disk_a_node_that_must_write_does_not_start_and_names_the_file(string onFailure, string policy, string told)
    {
        SmallDisk.Require();
        await using NodePair nodes = Pair(new SmallDisk(_folder, "ro"), onFailure, policy);

        Exception failed = policy.Length == 0
            ? await Assert.ThrowsAnyAsync<Exception>(nodes.StartListenerAsync)
            : await Assert.ThrowsAnyAsync<Exception>(nodes.StartAsync);

        Assert.Matches(told, failed.Message);
        Assert.Contains("hint: ", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task On_a_read_only_disk_a_node_that_may_go_on_says_so_and_serves()
    {
        SmallDisk.Require();
        await using NodePair nodes = await Pair(new SmallDisk(_folder, "ro"), "continue").StartAsync();

        await nodes.Listener.WaitForAsync(@"\[2301\].*Read-only file system");
        await AssertServedAsync(nodes);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_pin_that_does_not_fit_the_disk_holds_and_is_told()
    {
        SmallDisk.Require();
        var disk = new SmallDisk(_folder, "size=256k");
        await using NodePair nodes = await Pair(disk, "continue", Ratchet).StartAsync();
        disk.Fill(nodes.Relay);

        await AssertServedAsync(nodes);

        await nodes.Relay.WaitForAsync(@"\[2406\]");
        await nodes.Relay.WaitForAsync(@"\[2407\]");
        disk.MakeRoom(nodes.Relay);
        while (!File.Exists(disk.Of(nodes.Relay, "pins.json")))
        {
            // Each time that the peer is reached it is tried again.
            await nodes.Listener.KillAsync();
            await nodes.Listener.DisposeAsync();
            await nodes.StartListenerAsync();
            await TryAskAsync(nodes);
        }
        Assert.Contains("be1.lab.test", await File.ReadAllTextAsync(disk.Of(nodes.Relay, "pins.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private NodePair Pair(SmallDisk disk, string onFailure, string policy = "") => new()
    {
        BackEnd = NodePair.Text(_server.EndPoint),
        Disk = disk,
        More = $$"""
            "audit": { "path": "{{_folder}}/NODE.jsonl", "onFailure": "{{onFailure}}", "success": [ "logon", "object", "system" ] }, {{policy.Replace("STATE", _folder, StringComparison.Ordinal)}}
            """,
    };

    private static async Task AssertServedAsync(NodePair nodes)
    {
        string heard;
        while ((heard = await TryAskAsync(nodes)) == "")
        {
            // A node that refused a moment ago finds out within a second that it need not.
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.Equal("answer", heard);
    }

    /// <summary>The answer, or nothing where the connection was reset.</summary>
    private static async Task<string> TryAskAsync(NodePair nodes)
    {
        try
        {
            using Socket client = await nodes.ConnectAsync();
            await client.SayAsync("question");
            client.Shutdown(SocketShutdown.Send);
            return await client.HearAllAsync();
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task AnswerAsync(Socket socket)
    {
        await socket.HearAllAsync();
        await socket.SayAsync("answer");
        socket.Shutdown(SocketShutdown.Send);
    }
}
