using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A phone waits for mail through an http endpoint, and another client's connection is idle. After a minute both nodes have no data keys for either; then
/// the mail arrives, and the next request too, each behind new keys.
/// </summary>
[Collection("two nodes")]
public sealed class HttpParkingScenario
{
    private const string Parked = "is parked in this node's direction";
    private const string Request = "POST /Microsoft-Server-ActiveSync?Cmd=Ping HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmail";

    /// <summary>Takes the minute in which a direction must be quiet (docs/protocol.md 6.2).</summary>
    [Fact(Explicit = true, Timeout = 240_000)]
    public async Task A_waiting_request_and_an_idle_connection_are_parked_and_go_on_with_new_keys()
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            IsHttp = true,
            More = """ "Logging": { "LogLevel": { "FeBeRelay.Channel.Associations.AssociationTable": "Debug" } }, """,
        }.StartAsync();
        using Socket phone = await nodes.ConnectAsync();
        await phone.SayAsync(Request);
        using Socket waiting = await server.AcceptAsync();
        await HearToAsync(waiting, "\r\n\r\n");
        using Socket other = await nodes.ConnectAsync();
        await other.SayAsync(Request);
        using Socket idle = await server.AcceptAsync();
        await AnswerAsync(idle, other);

        await nodes.Relay.WaitForAsync(Parked, count: 2);
        await nodes.Listener.WaitForAsync(Parked, count: 2);

        // While the other connection waits: the youngest idle one is used first.
        await other.SayAsync(Request);
        await AnswerAsync(idle, other);
        await waiting.SayAsync(Answer);
        await HearToAsync(phone, "mail");
        await nodes.Relay.WaitForAsync("has new keys under association", count: 2);
        await nodes.Listener.WaitForAsync("has new keys under association", count: 2);
    }

    private static async Task AnswerAsync(Socket served, Socket client)
    {
        await HearToAsync(served, "\r\n\r\n");
        await served.SayAsync(Answer);
        await HearToAsync(client, "mail");
    }

    private static async Task HearToAsync(Socket socket, string end)
    {
        string heard = "";
        while (!heard.EndsWith(end, StringComparison.Ordinal))
        {
            string more = await socket.HearSomeAsync();
            Assert.NotEqual("", more);
            heard += more;
        }
    }
}
