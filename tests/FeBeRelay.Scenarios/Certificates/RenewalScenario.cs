using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Certificates;

/// <summary>
/// A site exchanges certificates and then its authority under running nodes, while 64 connections never stop: none of them notices. Another front end's
/// certificate is revoked: its live channels end within the stated bound, nobody gets in with it, and the 64 go on. All of it is in the security logs.
/// </summary>
[Collection("two nodes")]
public sealed class RenewalScenario
{
    private const int Connections = 64;
    private const int RevokedConnections = 8;
    private const int ReloadSeconds = 1;

    // docs/operations.md says ReloadSeconds; the rest is for a machine that does other things besides.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(ReloadSeconds + 20);

    [Fact(Timeout = 120_000)]
    public async Task Certificates_and_authority_are_exchanged_under_load_and_nobody_notices()
    {
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), ReloadSeconds = 1 }.StartAsync();
        using var stop = new CancellationTokenSource();
        _ = server.ServeAsync(EchoAsync);
        Task[] clients = [.. Enumerable.Range(0, Connections).Select(_ => TalkAsync(nodes.EndPoint, stop.Token))];
        // Else, on a busy machine, the first association may be under the new certificate already.
        await nodes.Relay.WaitForAsync("Association .* made as Initiator");

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
        foreach (string node in (string[])["fe1", "be1"])
        {
            JsonElement[] log = await StopAndReadLogAsync(nodes, node);
            Assert.Equal(2, log.Count(line => IsReplaced(line, "certificate (")));
            Assert.Equal(2, log.Count(line => IsReplaced(line, "roots")));
            // Associations that nothing lives under any more go with the old root; nothing else has failed.
            Assert.All(log.Where(line => Text(line, "outcome") == "failure"), line => Assert.Equal((9007, "UntrustedRoot"), (line.GetProperty("id").GetInt32(), Text(line, "error"))));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_revoked_peer_is_cut_within_the_bound_while_the_connections_of_another_go_on()
    {
        using var server = new StubServer();
        _ = server.ServeAsync(EchoAsync);
        // The text of a list's element: two of them.
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), ReloadSeconds = ReloadSeconds, HasRevocationList = true, Peer = "fe1.lab.test\", \"fe2.lab.test" }.StartAsync();
        nodes.Certificates.Issue("fe2");
        await File.WriteAllTextAsync(nodes["fe2.json"], (await File.ReadAllTextAsync(nodes["fe1.json"], TestContext.Current.CancellationToken)).Replace("fe1", "fe2", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using var other = new NodeProcess(nodes["fe2.json"]);
        IPEndPoint otherEndPoint = IPEndPoint.Parse(await other.WaitForAsync(@"Relay endpoint owa open on (\S+)"));
        await other.WaitForAsync("Node fe2 started");
        using var stop = new CancellationTokenSource();
        Task[] clients = [.. Enumerable.Range(0, Connections).Select(_ => TalkAsync(nodes.EndPoint, stop.Token))];
        Socket[] revoked = await Task.WhenAll(Enumerable.Range(0, RevokedConnections).Select(_ => SpeakAsync(otherEndPoint)));

        long since = Stopwatch.GetTimestamp();
        nodes.Certificates.Revoke("fe2");
        await Task.WhenAll(revoked.Select(socket => socket.AssertResetAsync()));
        TimeSpan took = Stopwatch.GetElapsedTime(since);
        TestContext.Current.TestOutputHelper?.WriteLine($"{RevokedConnections} live channels of a revoked peer were cut after {took.TotalMilliseconds:F0} ms, reloadSeconds {ReloadSeconds}");
        Assert.InRange(took, TimeSpan.Zero, Bound);
        using (Socket again = await Wire.ConnectAsync(otherEndPoint))
        {
            await again.AssertResetAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        revoked.ToList().ForEach(socket => socket.Dispose());

        JsonElement[] log = await StopAndReadLogAsync(nodes, "be1");
        JsonElement given = Assert.Single(log, line => line.GetProperty("id").GetInt32() == 9007);
        Assert.Equal(("fe2.lab.test", "Revoked"), (given.GetProperty("peerIdentity")[0].GetString(), Text(given, "error")));
        Assert.Equal(RevokedConnections, log.Count(line => line.GetProperty("id").GetInt32() == 542 && line.GetProperty("peerIdentity")[0].GetString() == "fe2.lab.test"));
        Assert.Contains(log, line => line.GetProperty("id").GetInt32() == 544 && Text(line, "error") == "Revoked");
        Assert.Single(log, line => IsReplaced(line, "roots, revocation lists"));
        Assert.DoesNotContain(log, line => Text(line, "outcome") == "failure" && line.ToString().Contains("fe1.lab.test", StringComparison.Ordinal));
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

    /// <summary>Ends a node, has the program verify its log, and gives the log's lines.</summary>
    private static async Task<JsonElement[]> StopAndReadLogAsync(NodePair nodes, string node)
    {
        NodeProcess process = node == "be1" ? nodes.Listener : nodes.Relay;
        await process.TerminateAsync();
        Assert.Equal(0, await process.EndAsync());
        using (var verify = new RunningProgram("audit", "verify", "--config", nodes[$"{node}.json"]))
        {
            Transcript end = await verify.EndAsync();
            Assert.True(end.Code == 0, end.Error);
        }
        return [.. (await File.ReadAllLinesAsync(nodes[$"audit/{node}.jsonl"], TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static bool IsReplaced(JsonElement line, string what) => line.GetProperty("id").GetInt32() == 9008 && Text(line, "reason")!.StartsWith(what, StringComparison.Ordinal);

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    /// <summary>A connection that has carried something there and back.</summary>
    private static async Task<Socket> SpeakAsync(EndPoint endPoint)
    {
        Socket client = await Wire.ConnectAsync(endPoint);
        await client.SayAsync("here");
        Assert.Equal("here", await client.HearAsync(4));
        return client;
    }

    /// <summary>A client on one connection: each line that it sends must come back.</summary>
    private static async Task TalkAsync(EndPoint endPoint, CancellationToken stop)
    {
        using Socket client = await Wire.ConnectAsync(endPoint);
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

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[4_096];
        for (int size; (size = await socket.ReceiveAsync(buffer)) > 0;)
        {
            await socket.SendAsync(buffer.AsMemory(0, size));
        }
        socket.Shutdown(SocketShutdown.Send);
    }
}
