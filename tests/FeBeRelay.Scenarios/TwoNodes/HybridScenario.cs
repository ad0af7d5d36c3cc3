using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>Two nodes that are configured for the hybrid key exchange have it, and say so; where one demands it and the other lacks it, both say why nothing works.</summary>
[Collection("two nodes")]
public sealed class HybridScenario
{
    private static readonly Conversation Greeting = new(
        "greeting", ('C', "hello"), ('S', "hello yourself"), ('C', Conversation.End), ('S', Conversation.End));

    [Fact(Timeout = 90_000)]
    public async Task Both_prefer_it_and_the_association_says_so_at_either_node()
    {
        Tool.Require();
        using var server = new StubServer();
        await using var nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            NodeMore = """, "groups": [ "p256-mlkem768", "p256" ]""",
        }.StartAsync();

        Assert.Equal(("hello", "hello yourself"), await Greeting.HoldAsync(nodes.EndPoint, server));

        foreach (string node in (string[])["fe1", "be1"])
        {
            using var listed = JsonDocument.Parse(await RunAsync("sa", "list", "--config", nodes[$"{node}.json"], "--json"));
            JsonElement association = Assert.Single(listed.RootElement.EnumerateArray());
            Assert.Equal("p256-mlkem768", association.GetProperty("group").GetString());
            string id = association.GetProperty("id").GetString()!;
            Assert.Contains("aes256-gcm, p256-mlkem768", await RunAsync("sa", "show", id, "--config", nodes[$"{node}.json"]), StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = 90_000)]
    [InlineData("fe1", "547", "546")]
    [InlineData("be1", "547", "546")]
    public async Task One_demands_it_and_the_other_lacks_it(string demanding, string atRelay, string atListener)
    {
        Tool.Require();
        using var server = new StubServer();
        await using var nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            More = $$"""
                "policy": {
                  "assigned": "of-NODE",
                  "policies": {
                    "of-{{demanding}}": { "rules": { "all": { "action": "negotiate", "groups": [ "p256-mlkem768" ] } } },
                    "of-{{(demanding == "fe1" ? "be1" : "fe1")}}": {}
                  }
                },
                """,
        }.StartAsync();

        using Socket refused = await nodes.ConnectAsync();
        await Assert.ThrowsAsync<SocketException>(() => refused.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());

        await nodes.Listener.WaitForAsync("offers no group");
        await RequireEventAsync(nodes["fe1.json"], atRelay, "alert");
        await RequireEventAsync(nodes["be1.json"], atListener, demanding == "fe1" ? "offers no group (p256)" : "offers no group (p256-mlkem768)");
    }

    private static async Task RequireEventAsync(string configuration, string id, string words)
    {
        string said;
        do
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            said = await RunAsync("audit", "show", id, "--config", configuration, "--json");
        }
        while (!said.Contains(words, StringComparison.OrdinalIgnoreCase));
    }

    private static Task<string> RunAsync(params string[] arguments) => Tool.RunAsync(NodeProcess.Program, arguments);
}
