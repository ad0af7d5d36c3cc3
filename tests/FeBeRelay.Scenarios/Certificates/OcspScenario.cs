using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Certificates;

/// <summary>
/// Two nodes ask openssl's responder about each other. Who is revoked loses live channels within the stated bound; while there is no answer that can be
/// believed nobody is let in, and while the responder is away its last answer counts.
/// </summary>
[Collection("two nodes")]
public sealed class OcspScenario
{
    private const int Connections = 4;
    private const int FetchSeconds = 10;
    private const int ReloadSeconds = 1;

    // docs/operations.md says FetchSeconds and a look; the rest is for a machine that does other things besides.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(FetchSeconds + ReloadSeconds + 30);

    [Fact(Timeout = 180_000)]
    public async Task A_peer_that_the_responder_says_is_revoked_loses_its_live_channels_within_the_bound()
    {
        Tool.Require("openssl");
        using var server = new StubServer();
        _ = server.ServeAsync(EchoAsync);
        using var responder = new OcspServer();
        await using NodePair nodes = Pair(server, responder);
        nodes.Certificates.IssueResponder();
        responder.Write(nodes, ["fe1", "be1"]);
        await responder.StartAsync(nodes, "responder");
        await nodes.StartAsync();
        Socket[] clients = [await ServedAsync(nodes), .. await Task.WhenAll(Enumerable.Range(1, Connections - 1).Select(_ => ServedAsync(nodes)))];

        long since = Stopwatch.GetTimestamp();
        responder.Write(nodes, ["fe1", "be1"], "fe1");
        await Task.WhenAll(clients.Select(client => client.AssertResetAsync()));
        TimeSpan took = Stopwatch.GetElapsedTime(since);

        TestContext.Current.TestOutputHelper?.WriteLine($"{Connections} live channels of a revoked peer were cut after {took.TotalMilliseconds:F0} ms, fetchSeconds {FetchSeconds}");
        Assert.InRange(took, TimeSpan.Zero, Bound);
        clients.ToList().ForEach(client => client.Dispose());
        await AssertRefusedAsync(nodes);
        await nodes.Listener.WaitForAsync("the peer's certificate was refused: the certificate of .*fe1.lab.test was revoked");
        JsonElement[] log = await StopAndReadLogAsync(nodes);
        Assert.Equal("Revoked", Assert.Single(log, line => Id(line) == 9007).GetProperty("error").GetString());
    }

    [Fact(Timeout = 180_000)]
    public async Task Without_an_answer_that_can_be_believed_nobody_is_let_in_and_with_one_the_responder_may_be_away()
    {
        Tool.Require("openssl");
        using var server = new StubServer();
        _ = server.ServeAsync(EchoAsync);
        using var responder = new OcspServer();
        await using NodePair nodes = Pair(server, responder);
        nodes.Certificates.IssueResponder();
        // A node of the same authority answers in the responder's place.
        nodes.Certificates.Issue("fe2");
        responder.Write(nodes, ["fe1", "be1"]);
        await responder.StartAsync(nodes, "fe2");
        await nodes.StartAsync();

        await AssertRefusedAsync(nodes);
        await nodes.Relay.WaitForAsync("A responder's answer cannot be used, .*signed neither by");
        await responder.StopAsync();
        await nodes.Relay.WaitForAsync("Responder .* cannot be asked");
        await responder.StartAsync(nodes, "responder");
        using Socket served = await ServedAsync(nodes);

        await responder.StopAsync();
        await nodes.Listener.WaitForAsync("Responder .* cannot be asked");
        await SpeakAsync(served);
        using Socket another = await nodes.ConnectAsync();
        await SpeakAsync(another);
        await nodes.Relay.TerminateAsync();
        Assert.Equal(0, await nodes.Relay.EndAsync());
        string audit = await File.ReadAllTextAsync(nodes["audit/fe1.jsonl"], TestContext.Current.CancellationToken);
        Assert.Contains("\"id\":9088,\"name\":\"revocationAnswerRefused\"", audit, StringComparison.Ordinal);
        Assert.Contains("\"error\":\"RevocationUnknown\"", audit, StringComparison.Ordinal);
    }

    private static NodePair Pair(StubServer server, OcspServer responder) => new()
    {
        BackEnd = NodePair.Text(server.EndPoint),
        ReloadSeconds = ReloadSeconds,
        RevocationMore = $", \"responders\": [ \"{responder.Url}\" ], \"fetchSeconds\": {FetchSeconds}",
    };

    /// <summary>A connection that has carried something: each node refuses the other until the responder has answered.</summary>
    private static async Task<Socket> ServedAsync(NodePair nodes)
    {
        while (true)
        {
            Socket? client = null;
            try
            {
                client = await nodes.ConnectAsync();
                await SpeakAsync(client);
                return client;
            }
            catch (SocketException)
            {
                client?.Dispose();
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task AssertRefusedAsync(NodePair nodes)
    {
        try
        {
            using Socket client = await nodes.ConnectAsync();
            await client.AssertResetAsync();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Before the connect was told as done.
        }
    }

    private static async Task SpeakAsync(Socket client)
    {
        await client.SayAsync("here");
        Assert.Equal("here", await client.HearAsync(4));
    }

    private static int Id(JsonElement line) => line.GetProperty("id").GetInt32();

    private static async Task<JsonElement[]> StopAndReadLogAsync(NodePair nodes)
    {
        await nodes.Listener.TerminateAsync();
        Assert.Equal(0, await nodes.Listener.EndAsync());
        return [.. (await File.ReadAllLinesAsync(nodes["audit/be1.jsonl"], TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement)];
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
