using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// Clients and servers use everything that HTTP/1 allows, and things that are not HTTP at all. The same conversation is held directly and
/// through two nodes: both sides hear the same bytes, in the same turns, and the same ends.
/// </summary>
[Collection("two nodes")]
public sealed class ByteFaithfulScenario
{
    private const string Chunked = "Transfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n5;name=\"va;lue\"\r\nhello\r\n0;last\r\nSum: 12\r\nX-Odd:  two  blanks \r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    private static readonly Conversation[] Conversations =
    [
        new("Expect: 100-continue",
            ('C', "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"), ('S', "HTTP/1.1 100 Continue\r\n\r\n"),
            ('C', "hello"), ('S', Ok + "Content-Length: 0\r\n\r\n"), ('C', Conversation.End), ('S', Conversation.End)),
        new("chunks with extensions and trailers both ways",
            ('C', "POST /a HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n" + Chunked), ('S', Ok + Chunked), ('C', Conversation.End), ('S', Conversation.End)),
        new("HTTP/1.0, where the server's end is the end of the answer",
            ('C', "GET / HTTP/1.0\r\n\r\n"), ('S', "HTTP/1.0 200 OK\r\n\r\nall there is"), ('S', Conversation.End), ('C', Conversation.End)),
        new("pipelining",
            ('C', "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n"),
            ('S', Ok + "Content-Length: 1\r\n\r\n1" + Ok + "Content-Length: 1\r\n\r\n2"), ('S', Ok + "Content-Length: 1\r\n\r\n3"),
            ('C', Conversation.End), ('S', Conversation.End)),
        new("half-close, the answer after the client's end",
            ('C', "all my words"), ('C', Conversation.End), ('S', "so this is the answer"), ('S', Conversation.End)),
        new("half-close, the client's words after the server's end",
            ('S', "goodbye"), ('S', Conversation.End), ('C', "still here"), ('C', Conversation.End)),
        new("a server that speaks first",
            ('S', "220 mail.test ready\r\n"), ('C', "EHLO c.test\r\n"), ('S', "250 HELP\r\n"), ('C', "QUIT\r\n"), ('S', "221 bye\r\n"),
            ('S', Conversation.End), ('C', Conversation.End)),
        new("every value of a byte",
            ('C', AllBytes), ('S', AllBytes + AllBytes), ('C', Conversation.End), ('S', Conversation.End)),
    ];

    private static string AllBytes => string.Concat(Enumerable.Range(0, 256).Select(value => (char)value));

    [Theory(Timeout = 120_000)]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Both_sides_hear_what_they_would_hear_directly(string address)
    {
        Tool.Require();
        IPAddress ip = IPAddress.Parse(address);
        Tool.Need(ip.AddressFamily == AddressFamily.InterNetwork || HasIPv6(), "this machine has no IPv6 on loopback");
        var any = new IPEndPoint(ip, 0);
        using var server = new StubServer(any);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), Listen = $"{any}", NodeListen = $"{any}" }.StartAsync();

        await AssertSameAsync(nodes, server);
    }

    [Fact(Timeout = 120_000)]
    public async Task Unix_sockets_serve_as_well_at_both_ends()
    {
        Tool.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("feberelay-unix-");
        using (var server = new StubServer(new UnixDomainSocketEndPoint($"{folder.FullName}/be")))
        await using (NodePair nodes = await new NodePair { BackEnd = NodePair.Text(server.EndPoint), Listen = $"unix:{folder.FullName}/fe" }.StartAsync())
        {
            await AssertSameAsync(nodes, server);
        }
        folder.Delete(recursive: true);
    }

    private static async Task AssertSameAsync(NodePair nodes, StubServer server)
    {
        foreach (Conversation conversation in Conversations)
        {
            (string, string) direct = await conversation.HoldAsync(server.EndPoint, server);
            (string, string) relayed = await conversation.HoldAsync(nodes.EndPoint, server);

            Assert.Equal((conversation.Name, Said(conversation, 'C'), Said(conversation, 'S')), (conversation.Name, direct.Item1, direct.Item2));
            Assert.Equal((conversation.Name, direct), (conversation.Name, relayed));
        }
    }

    private static string Said(Conversation conversation, char speaker) =>
        string.Concat(conversation.Turns.Where(turn => turn.Speaker == speaker && turn.Text != Conversation.End).Select(turn => turn.Text));

    private static bool HasIPv6()
    {
        try
        {
            using var probe = new StubServer(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
