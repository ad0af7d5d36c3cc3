namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Requests that two readers may read differently, each with a second request hidden in or behind its body.</summary>
internal static class AmbiguousRequests
{
    private const string Post = "POST /own HTTP/1.1\r\n{0}";

    /// <summary>What is odd, and the bytes: {0} stands for host and marker, {1} for the hidden request.</summary>
    private static readonly (string Name, string Text)[] Variants =
    [
        ("length and chunks", Post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{1}"),
        ("chunks and length", Post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{1}"),
        ("space before the colon", Post + "Content-Length: 4\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{1}"),
        ("an unknown coding", Post + "Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{1}"),
        ("two codings", Post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n{1}"),
        ("chunked is not the last coding", Post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{1}"),
        ("a vertical tab before the coding", Post + "Content-Length: 4\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n{1}"),
        ("an underscore", Post + "Content-Length: 4\r\nTransfer_Encoding: chunked\r\n\r\n0\r\n\r\n{1}"),
        ("a folded line", Post + "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{1}"),
        ("two lengths", Post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n{1}"),
        ("a length with a sign", Post + "Content-Length: +0\r\n\r\n{1}"),
        ("a list of lengths", Post + "Content-Length: 0, 44\r\n\r\n{1}"),
        ("a bare line feed in the head", Post + "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{1}"),
        ("a bare carriage return in the head", Post + "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{1}"),
        ("a bare line feed at the head's end", Post + "Content-Length: 0\n\n{1}"),
        ("a chunk's size with a bare line feed", Post + "Transfer-Encoding: chunked\r\n\r\n0\n\n{1}"),
        ("a chunk's size beyond 64 bits", Post + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n{1}"),
        ("a chunk's size with 0x", Post + "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{1}"),
        ("a line feed in a chunk's extension", Post + "Transfer-Encoding: chunked\r\n\r\n5;a\nhello\r\n0\r\n\r\n{1}"),
        ("chunks in HTTP/1.0", "POST /own HTTP/1.0\r\n{0}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{1}"),
        ("a NUL in a name", Post + "Content\0-Length: 44\r\n\r\n{1}"),
    ];

    public static int Count => Variants.Length;

    /// <summary>Sends each on a connection of its own; gives what arrived of it at the back end, connection by connection.</summary>
    public static async IAsyncEnumerable<AmbiguousOutcome> SendAsync(Visit visit)
    {
        foreach ((string name, string text) in Variants)
        {
            yield return await SendAsync(visit, name, text);
        }
    }

    /// <summary>The same with nothing odd about them: one request, and two.</summary>
    public static async Task SendOrdinaryAsync(Visit visit)
    {
        foreach (string text in (string[])[Post + "Content-Length: 0\r\n\r\n", Post + "Content-Length: 0\r\n\r\n{1}"])
        {
            await SendAsync(visit, "nothing", text);
        }
    }

    private static async Task<AmbiguousOutcome> SendAsync(Visit visit, string name, string text)
    {
        string fields = $"Host: {visit.Host}\r\nX-Case: {visit.Marker}\r\n";
        string sent = text.Replace("{0}", fields, StringComparison.Ordinal)
            .Replace("{1}", $"GET /hidden HTTP/1.1\r\n{fields}\r\n", StringComparison.Ordinal);
        using RawPeer client = await visit.ConnectAsync();
        await SayQuietlyAsync(client, sent);
        client.HalfClose();
        var arrived = new List<string>();
        // Refused, or passed on: either ends the client's connection, as it has ended its own side. What arrives is answered, until the ends.
        Task<string> told = client.HearForAsync(TimeSpan.FromSeconds(2));
        while (!told.IsCompleted)
        {
            arrived.AddRange(await TakeAsync(visit));
            await Task.WhenAny(told, Task.Delay(TimeSpan.FromMilliseconds(20)));
        }
        arrived.AddRange(await TakeAsync(visit));
        return new AmbiguousOutcome(name, sent, await told, arrived);
    }

    /// <summary>Answers what has arrived, ends its connections, and gives what came on each.</summary>
    private static async Task<List<string>> TakeAsync(Visit visit)
    {
        var arrived = new List<string>();
        foreach (Arrival arrival in visit.Others())
        {
            if (arrival.IsWhole)
            {
                await SayQuietlyAsync(arrival.Connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
                arrival.Connection.HalfClose();
            }
            arrived.Add(arrival.Head + await arrival.Connection.HearForAsync(TimeSpan.FromSeconds(2)));
            arrival.Connection.Dispose();
            arrival.Release();
        }
        return arrived;
    }

    /// <summary>The proxy may have broken off already, which is as good an end as any.</summary>
    private static async Task SayQuietlyAsync(RawPeer peer, string text)
    {
        try
        {
            await peer.SayAsync(text);
        }
        catch (ConformanceFailedException)
        {
            // What came before is judged.
        }
    }
}
