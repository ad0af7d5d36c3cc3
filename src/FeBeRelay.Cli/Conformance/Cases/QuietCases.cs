namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 15, 16 and 24: what is quiet is not cut, and an upgraded connection is a connection.</summary>
internal static class QuietCases
{
    private const string Upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n";

    private const string Upgraded =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(15, "", "An ActiveSync ping is held without a byte", "A POST with Cmd=Ping, answered after the hold time", "The answer", PingAsync, CasePhase.Quiet),
        new(16, "", "A connection between two requests is not cut", "Two requests on one connection, the hold time apart", "Both answers on that connection", IdleAsync, CasePhase.Quiet),
        new(24, "a", "Frames of a WebSocket pass both ways", "An upgrade with an extension; ping, pong, text and close frames both ways", "101 with its fields; the frames, unchanged", FramesAsync),
        new(24, "b", "A quiet WebSocket is not cut", "An upgrade; frames both ways after the hold time without any", "The frames", QuietSocketAsync, CasePhase.Quiet),
        new(24, "c", "A half-close passes on an upgraded connection", "An upgrade; the client ends its bytes, the back end sends on and ends; then the other way round", "The ends in their order, nothing lost", HalfCloseAsync),
    ];

    private static async Task PingAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("POST /Microsoft-Server-ActiveSync?Cmd=Ping&User=a", "Content-Length: 4\r\n") + "ping");
        Demand.Equal("ping", await arrival.Connection.HearAsync(4), "the body");
        await Task.Delay(visit.Hold);
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
    }

    private static async Task IdleAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        await visit.ExchangeAsync(client, visit.Head("GET /owa/1"));
        await Task.Delay(visit.Hold);
        await visit.ExchangeAsync(client, visit.Head("GET /owa/2"));
    }

    private static async Task<(RawPeer Client, RawPeer Served)> UpgradeAsync(Visit visit)
    {
        RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /ws", Upgrade));
        Demand.Field("Sec-WebSocket-Extensions: permessage-deflate", arrival.Head, "the request");
        await arrival.Connection.SayAsync(Upgraded);
        string head = await client.HearHeadAsync();
        Demand.StartsWith("HTTP/1.1 101 ", head, "the answer");
        Demand.Field("Sec-WebSocket-Extensions: permessage-deflate", head, "the answer");
        return (client, arrival.Connection);
    }

    private static async Task FramesAsync(Visit visit)
    {
        (RawPeer client, RawPeer served) = await UpgradeAsync(visit);
        // Ping, pong, text, close with 1001: the client's are masked.
        string[] asked = ["\u0089\u0084\u0001\u0002\u0003\u0004\u0071\u006b\u006d\u0063", "\u008a\u0080\u0001\u0002\u0003\u0004", "\u0081\u0082\0\0\0\0hi", "\u0088\u0082\0\0\0\0\u0003\u00e9"];
        string[] told = ["\u0089\u0000", "\u008a\u0004ping", "\u0081\u0002hi", "\u0088\u0002\u0003\u00e9"];
        foreach ((string ask, string tell) in asked.Zip(told))
        {
            await client.SayAsync(ask);
            Demand.Equal(ask, await served.HearAsync(ask.Length), "the client's frame");
            await served.SayAsync(tell);
            Demand.Equal(tell, await client.HearAsync(tell.Length), "the back end's frame");
        }
    }

    private static async Task QuietSocketAsync(Visit visit)
    {
        (RawPeer client, RawPeer served) = await UpgradeAsync(visit);
        await Task.Delay(visit.Hold);
        await client.SayAsync("\u0081\u0082\0\0\0\0hi");
        Demand.Equal("\u0081\u0082\0\0\0\0hi", await served.HearAsync(8), "the client's frame");
        await served.SayAsync("\u0081\u0002hi");
        Demand.Equal("\u0081\u0002hi", await client.HearAsync(4), "the back end's frame");
    }

    private static async Task HalfCloseAsync(Visit visit)
    {
        foreach (bool clientFirst in (bool[])[true, false])
        {
            (RawPeer client, RawPeer served) = await UpgradeAsync(visit);
            (RawPeer first, RawPeer second) = clientFirst ? (client, served) : (served, client);
            await first.SayAsync("last");
            first.HalfClose();
            (string heard, PeerEnd end) = await second.HearAllAsync();
            Demand.That((heard, end) == ("last", PeerEnd.Fin), $"behind 'last' and an end came {Demand.Show(heard)} and {end}");
            await second.SayAsync("more");
            Demand.Equal("more", await first.HearAsync(4), "what was sent after the other side's end");
            second.HalfClose();
            (heard, end) = await first.HearAllAsync();
            Demand.That((heard, end) == ("", PeerEnd.Fin), $"at the second end came {Demand.Show(heard)} and {end}");
        }
    }
}
