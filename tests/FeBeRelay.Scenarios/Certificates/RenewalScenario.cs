using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Certificates;

/// <summary>
/// A site exchanges certificates and then its authority under running nodes, while 64 connections never stop: none of them notices. Then the front end's
/// certificate is revoked: its live channels end, and nobody gets in with it.
/// </summary>
[Collection("two nodes")]
public sealed class RenewalScenario
{
    private const int Connections = 64;

    [Fact(Timeout = 120_000)]
    public async Task Certificates_and_authority_are_exchanged_under_load_and_nobody_notices()
    {
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), ReloadSeconds = 1 }.StartAsync();
        using var stop = new CancellationTokenSource();
        Task serving = EchoAsync(server, stop.Token);
        Task[] clients = [.. Enumerable.Range(0, Connections).Select(_ => TalkAsync(nodes, stop.Token))];

        nodes.Certificates.Issue("fe1");
        nodes.Certificates.Issue("be1");
        await SeenAsync(nodes, "Replaced without a restart: certificate", 1);
        // Channels move to associations under the new certificates.
        await nodes.Relay.WaitForAsync("Association .* made as Initiator", count: 2);

        nodes.Certificates.AddAuthority();
        await SeenAsync(nodes, "Replaced without a restart: roots", 1);
        nodes.Certificates.Issue("fe1");
        nodes.Certificates.Issue("be1");
        await SeenAsync(nodes, "Replaced without a restart: certificate", 2);
        await nodes.Relay.WaitForAsync("Association .* made as Initiator", count: 3);
        await nodes.Relay.WaitForAsync("ended \\(replaced\\)", count: 2);
        nodes.Certificates.RemoveOldAuthorities();
        await SeenAsync(nodes, "Replaced without a restart: roots", 2);

        // Whoever would be cut by all this would have been by now: each client asks once more.
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        await serving;
    }

    [Fact(Timeout = 90_000)]
    public async Task A_revoked_peer_loses_its_live_channels_and_is_not_let_in_again()
    {
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), ReloadSeconds = 1, HasRevocationList = true }.StartAsync();
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await server.AcceptAsync();
        await served.SayAsync("here");
        Assert.Equal("here", await client.HearAsync(4));

        nodes.Certificates.Revoke("fe1");

        await client.AssertResetAsync();
        await served.AssertResetAsync();
        await nodes.Listener.WaitForAsync("is given up, and its 1 channels are cut: the certificate of .*fe1.lab.test was revoked");
        using Socket again = await nodes.ConnectAsync();
        await again.AssertResetAsync();
        await nodes.Listener.WaitForAsync("the peer's certificate was refused: the certificate of .*fe1.lab.test was revoked");
        await nodes.Listener.TerminateAsync();
        Assert.Equal(0, await nodes.Listener.EndAsync());
        string audit = await File.ReadAllTextAsync(nodes["audit/be1.jsonl"], TestContext.Current.CancellationToken);
        Assert.Contains("\"id\":9007,\"name\":\"peerRevoked\"", audit, StringComparison.Ordinal);
        Assert.Contains("\"error\":\"Revoked\"", audit, StringComparison.Ordinal);
    }

    private static async Task SeenAsync(NodePair nodes, string line, int count)
    {
        await nodes.Relay.WaitForAsync(line, count);
        await nodes.Listener.WaitForAsync(line, count);
    }

    /// <summary>A client on one connection: each line that it sends must come back.</summary>
    private static async Task TalkAsync(NodePair nodes, CancellationToken stop)
    {
        using Socket client = await nodes.ConnectAsync();
        byte[] sent = new byte[1_000];
        byte[] received = new byte[1_000];
        do
        {
            RandomNumberGenerator.Fill(sent);
            await client.SendAsync(sent, CancellationToken.None);
            for (int got = 0, count; got < sent.Length; got += count)
            {
                count = await client.ReceiveAsync(received.AsMemory(got), CancellationToken.None);
                Assert.NotEqual(0, count);
            }
            Assert.Equal(sent, received);
        }
        while (!stop.IsCancellationRequested);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await client.ReceiveAsync(received, CancellationToken.None));
    }

    private static async Task EchoAsync(StubServer server, CancellationToken stop)
    {
        List<Task> echoes = [];
        for (int i = 0; i < Connections; i++)
        {
            echoes.Add(EchoAsync(await server.AcceptAsync()));
        }
        await Task.WhenAll(echoes);
        Assert.True(stop.IsCancellationRequested);
    }

    private static async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            byte[] buffer = new byte[4_096];
            for (int size; (size = await socket.ReceiveAsync(buffer)) > 0;)
            {
                await socket.SendAsync(buffer.AsMemory(0, size));
            }
            socket.Shutdown(SocketShutdown.Send);
        }
    }
}
