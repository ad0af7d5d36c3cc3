using System.Net.Sockets;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>Two nodes authenticate by a key that they share; then the listener's file holds another key.</summary>
[Collection("two nodes")]
public sealed class PreSharedKeyScenario
{
    private static readonly Conversation Greeting = new(
        "greeting", ('C', "hello"), ('S', "hello yourself"), ('C', Conversation.End), ('S', Conversation.End));

    [Fact(Timeout = 90_000)]
    public async Task A_shared_key_serves_and_another_key_on_one_side_cuts_and_refuses()
    {
        Tool.Require();
        using var server = new StubServer();
        await using var nodes = new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            Peer = "psk=plant7",
            ReloadSeconds = 1,
            NodeMore = """, "preSharedKeys": { "plant7": { "path": "NODE.psk" } }""",
            More = """
                "policy": { "assigned": "plant", "policies": { "plant": { "rules": { "all": { "action": "negotiate", "authentication": [ "psk=plant7" ] } } } } },
                """,
        };
        string key = PreSharedKeyFile.Generate();
        WriteKey(nodes["fe1.psk"], key);
        WriteKey(nodes["be1.psk"], key);
        await nodes.StartAsync();

        Assert.Equal(("hello", "hello yourself"), await Greeting.HoldAsync(nodes.EndPoint, server));
        await nodes.Relay.WaitForAsync("Association .* made as Initiator .*psk=plant7");
        await nodes.Listener.WaitForAsync("Association .* made as Responder .*psk=plant7");

        WriteKey(nodes["be1.psk"], PreSharedKeyFile.Generate());
        // Its channels have been cut by then: a stream that began on one would be refused without a negotiation.
        await nodes.Listener.WaitForAsync("ended .*no longer has pre-shared key plant7");
        using (Socket refused = await nodes.ConnectAsync())
        {
            await Assert.ThrowsAsync<SocketException>(() => refused.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
        }
        await nodes.Listener.WaitForAsync("offers none of the pre-shared keys");
    }

    private static void WriteKey(string path, string key) => CertificateFiles.Replace(path, System.Text.Encoding.ASCII.GetBytes(key), isSecret: true);
}
