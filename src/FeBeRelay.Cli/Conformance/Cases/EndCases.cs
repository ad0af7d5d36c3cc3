namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Row 25: an end on one side is an end on the other, a cut is a cut, and what was cut never looks whole.</summary>
internal static class EndCases
{
    private const string Length = "Content-Length: 10\r\n\r\nhello";
    private const string Chunk = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(25, "a", "A client that has ended its bytes still gets its answer", "A GET and an end of bytes behind it; then the back end answers", "The answer, whole", HalfClosedAsync),
        new(25, "b", "An upload that the client ends early does not look whole", "Half a body, by length and in chunks, then an end of bytes", "An end without the rest", v => UploadAsync(v, byReset: false)),
        new(25, "c", "An upload that the client aborts is aborted", "The same with a reset", "A reset", v => UploadAsync(v, byReset: true)),
        new(25, "d", "An answer that the back end ends early does not look whole", "Half a body, by length and in chunks, then an end of bytes", "An end without the rest", v => DownloadAsync(v, byReset: false)),
        new(25, "e", "An answer that the back end aborts is aborted", "The same with a reset, and without a length", "A reset", v => DownloadAsync(v, byReset: true)),
        new(25, "f", "A client that is gone ends the back end's work", "A GET, then a reset", "An end at the back end", GoneAsync),
        new(25, "g", "An answer that ends with its connection is whole, and ends", "A GET with Connection: close; an answer without a length, ended in order", "Head, body, and an end in order", CloseAsync),
    ];

    private static async Task HalfClosedAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x"));
        client.HalfClose();
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
        Demand.Equal("ok", await client.HearAsync(2), "the body");
    }

    private static async Task UploadAsync(Visit visit, bool byReset)
    {
        foreach (string body in (string[])[Length, Chunk])
        {
            using RawPeer client = await visit.ConnectAsync();
            string head = visit.Head("PUT /x");
            Arrival arrival = await visit.AskAsync(client, head[..^2] + body);
            await arrival.Connection.HearToAsync("hello");
            End(client, byReset);
            (string rest, PeerEnd end) = await arrival.Connection.HearAllAsync();
            Demand.That(!byReset || end == PeerEnd.Reset, $"the reset arrived as {end}");
            Demand.That(rest is "" or "\r\n", $"behind what was sent came {Demand.Show(rest)}");
        }
    }

    private static async Task DownloadAsync(Visit visit, bool byReset)
    {
        string[] answers = byReset ? [Length, Chunk, "Connection: close\r\n\r\nhello"] : [Length, Chunk];
        foreach (string answer in answers)
        {
            using RawPeer client = await visit.ConnectAsync();
            Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x"));
            await arrival.Connection.SayAsync("HTTP/1.1 200 OK\r\n" + answer);
            await client.HearToAsync("hello");
            End(arrival.Connection, byReset);
            (string rest, PeerEnd end) = await client.HearAllAsync();
            Demand.That(!byReset || end == PeerEnd.Reset, $"the reset arrived as {end} behind {Demand.Show(answer)}");
            Demand.That(rest is "" or "\r\n", $"behind what was sent came {Demand.Show(rest)}");
        }
    }

    private static async Task GoneAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x"));
        client.Reset();
        (_, PeerEnd end) = await arrival.Connection.HearAllAsync();
        visit.Detail = $"ended with {end}";
    }

    private static async Task CloseAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x", "Connection: close\r\n"));
        await arrival.Connection.SayAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it");
        arrival.Connection.HalfClose();
        (string all, PeerEnd end) = await client.HearAllAsync();
        Demand.That(end == PeerEnd.Fin, $"the answer ended with {end}");
        Demand.Contains("all of it", all, "the answer");
    }

    private static void End(RawPeer peer, bool byReset)
    {
        if (byReset)
        {
            peer.Reset();
        }
        else
        {
            peer.HalfClose();
        }
    }
}
