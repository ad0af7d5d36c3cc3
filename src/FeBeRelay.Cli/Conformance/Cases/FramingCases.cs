using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 19 and 26: chunks, trailers, pipelining, HTTP/1.0.</summary>
internal static class FramingCases
{
    private const string ChunkedRequest = "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n";
    private const string ChunkedAnswer = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string OddChunks = "4;ext=\"a;b\"\r\none \r\n0004\r\ntwo \r\n5;x\r\nthree\r\n00;last\r\nX-Sum: 7\r\nx-two:a\r\n\r\n";
    private const string Content = "one two three";

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(19, "a", "A chunked request arrives with its trailers", "Chunks with extensions and odd sizes, two trailers", "The content and the trailers", RequestAsync),
        new(19, "b", "Chunks of a request arrive byte by byte", "The same", "The same bytes", RawRequestAsync),
        new(19, "c", "A chunked answer arrives with its trailers", "The same from the back end", "The content and the trailers", AnswerAsync),
        new(19, "d", "Chunks of an answer arrive byte by byte", "The same from the back end", "The same bytes", RawAnswerAsync),
        new(19, "e", "Space before a chunk's extension passes", "A chunk of a request with '5 ;x' for its size (RFC 9112 7.1.1: readers must take it)", "The content", SpaceAsync),
        new(26, "a", "Pipelined requests are answered in their order", "Ten GETs at once", "Ten answers, in their order", PipelineAsync),
        new(26, "b", "An answer to HTTP/1.0 without a length ends with its connection", "GET in HTTP/1.0; an answer without Content-Length, ended by the back end", "Head, body, and an end in order", OldAsync),
    ];

    private static async Task RequestAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /x", ChunkedRequest) + OddChunks);
        await ExpectContentAsync(arrival.Connection, "the request");
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
    }

    private static async Task RawRequestAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /x", ChunkedRequest) + OddChunks);
        Demand.Equal(OddChunks, await arrival.Connection.HearToAsync("\r\n\r\n"), "the body");
    }

    private static async Task SpaceAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /x", "Transfer-Encoding: chunked\r\n") + "5 ;x\r\nthree\r\n0\r\n\r\n");
        string body = await arrival.Connection.HearToAsync("\r\n0\r\n\r\n");
        Demand.Contains("\r\nthree\r\n", body, "the body");
    }

    private static async Task AnswerAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x", "TE: trailers\r\n"));
        await arrival.AnswerAsync(ChunkedAnswer + OddChunks);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
        await ExpectContentAsync(client, "the answer");
    }

    private static async Task RawAnswerAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x", "TE: trailers\r\n"));
        await arrival.AnswerAsync(ChunkedAnswer + OddChunks);
        await client.HearHeadAsync();
        Demand.Equal(OddChunks, await client.HearToAsync("\r\n\r\n"), "the body");
    }

    /// <summary>Reads chunks of whatever shape up to the end of the trailers.</summary>
    private static async Task ExpectContentAsync(RawPeer peer, string what)
    {
        string content = "";
        while (true)
        {
            string line = await peer.HearToAsync("\r\n");
            Demand.That(
                int.TryParse(line.Split(';', '\r')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int size), $"{what}: no size of a chunk: {Demand.Show(line)}");
            if (size == 0)
            {
                break;
            }
            content += (await peer.HearAsync(size + 2))[..size];
        }
        Demand.Equal(Content, content, what);
        var trailers = new List<string>();
        for (string line; (line = await peer.HearToAsync("\r\n")) != "\r\n";)
        {
            trailers.Add(line[..^2]);
        }
        Demand.SameFields(["X-Sum: 7", "x-two:a"], trailers, $"trailers of {what}");
    }

    private static async Task PipelineAsync(Visit visit)
    {
        const int count = 10;
        visit.Serve(a => a.AnswerAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {a.Target.Length}\r\n\r\n{a.Target}")));
        using RawPeer client = await visit.ConnectAsync();
        string[] targets = [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"/number/{i}"))];
        await client.SayAsync(string.Concat(targets.Select(t => visit.Head($"GET {t}"))));
        foreach (string target in targets)
        {
            Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
            Demand.Equal(target, await client.HearAsync(target.Length), "the answer's body");
        }
    }

    private static async Task OldAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, $"GET /old HTTP/1.0\r\nHost: {visit.Host}\r\nX-Case: {visit.Marker}\r\n\r\n");
        await arrival.Connection.SayAsync("HTTP/1.0 200 OK\r\nX-Old: yes\r\n\r\nall of it");
        arrival.Connection.HalfClose();
        (string all, PeerEnd end) = await client.HearAllAsync();
        Demand.That(end == PeerEnd.Fin, $"the answer ended with {end}");
        Demand.Field("X-Old: yes", all, "the answer");
        Demand.That(!all.Contains("chunked", StringComparison.OrdinalIgnoreCase), "HTTP/1.0 was answered in chunks");
        Demand.Equal("all of it", all[(all.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], "the body");
    }
}
