using System.Diagnostics;
using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 11 to 13, 17, 18 and 23: bytes pass as they come. The next is sent only when the last has arrived.</summary>
internal static class StreamingCases
{
    private const string Gigabyte = "Content-Length: 1073741824\r\n";
    private const string RpcIn = "RPC_IN_DATA /rpc/rpcproxy.dll?be:6001";
    private const string RpcOut = "RPC_OUT_DATA /rpc/rpcproxy.dll?be:6001";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const int Rounds = 200;
    private const int MostMilliseconds = 30;

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(11, "a", "RPC_IN_DATA with a gigabyte announced is passed on piece by piece", "100 pieces of 100 bytes, each when the last has arrived", "Each piece, without a further one behind it", RpcInAsync),
        new(11, "b", "A trickle into RPC_IN_DATA passes byte by byte", "Four bytes over the hold time", "Each byte before the next is sent", TrickleAsync, CasePhase.Quiet),
        new(12, "", "RPC_OUT_DATA that ends early ends for the client", "An answer with a gigabyte announced, which the back end ends after 1,000 bytes", "The 1,000 bytes and an end", RpcOutAsync),
        new(13, "", "RPC ping-pong is not delayed", $"{Rounds} pings of 20 bytes on RPC_IN_DATA, each answered on RPC_OUT_DATA", $"Each; half of them within {MostMilliseconds} ms there and back", PingPongAsync),
        new(17, "", "Events of EWS streaming pass one by one", "An answer's head without a body, then 50 chunks, each when the last has arrived", "Head and chunks, each at once", EventsAsync),
        new(18, "", "PROCESSING, PENDING and DONE of MAPI/HTTP pass one by one", "Three chunks over the hold time", "Each before the next is sent", PendingAsync, CasePhase.Quiet),
        new(23, "a", "There is no limit of a body's size", "A PUT with 5 GiB announced, of which 64 MiB are sent; all with --full", "What was sent, unchanged", LargeBodyAsync),
        new(23, "b", "There is no least rate", "A PUT of ten bytes, one a second", "Each byte, and the answer", SlowBodyAsync, CasePhase.Quiet),
    ];

    private static async Task RpcInAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head(RpcIn, Gigabyte));
        Demand.Field(Gigabyte[..^2], arrival.Head, "the request");
        for (int i = 0; i < 100; i++)
        {
            string piece = new((char)('a' + i % 26), 100);
            await client.SayAsync(piece);
            Demand.Equal(piece, await arrival.Connection.HearAsync(piece.Length), "the piece");
        }
    }

    private static async Task TrickleAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head(RpcIn, Gigabyte));
        foreach (char c in "drip")
        {
            await client.SayAsync(c.ToString());
            Demand.Equal(c.ToString(), await arrival.Connection.HearAsync(1), "the byte");
            await Task.Delay(visit.Hold / 3);
        }
    }

    private static async Task RpcOutAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head(RpcOut, "Content-Length: 4\r\n") + "conn");
        Demand.Equal("conn", await arrival.Connection.HearAsync(4), "the body");
        await arrival.Connection.SayAsync($"HTTP/1.1 200 Success\r\n{Gigabyte}\r\n");
        Demand.Field(Gigabyte[..^2], await client.HearHeadAsync(), "the answer");
        string some = new('o', 1_000);
        await arrival.Connection.SayAsync(some);
        Demand.Equal(some, await client.HearAsync(some.Length), "the body");
        arrival.Connection.HalfClose();
        (string rest, PeerEnd end) = await client.HearAllAsync();
        Demand.Equal("", rest, "what came behind the body");
        visit.Detail = $"ended with {end}";
    }

    private static async Task PingPongAsync(Visit visit)
    {
        using RawPeer input = await visit.ConnectAsync();
        using RawPeer output = await visit.ConnectAsync();
        Arrival served = await visit.AskAsync(input, visit.Head(RpcIn, Gigabyte));
        Arrival answered = await visit.AskAsync(output, visit.Head(RpcOut, "Content-Length: 0\r\n"));
        await answered.Connection.SayAsync($"HTTP/1.1 200 Success\r\n{Gigabyte}\r\n");
        await output.HearHeadAsync();
        var rounds = new List<double>();
        const string ping = "ping ping ping ping ";
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await input.SayAsync(ping);
            Demand.Equal(ping, await served.Connection.HearAsync(ping.Length), "the ping");
            await answered.Connection.SayAsync(ping);
            Demand.Equal(ping, await output.HearAsync(ping.Length), "the pong");
            rounds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        rounds.Sort();
        visit.Detail = string.Create(CultureInfo.InvariantCulture, $"there and back: half within {rounds[Rounds / 2]:0.0} ms, 99 % within {rounds[Rounds * 99 / 100]:0.0} ms");
        Demand.That(rounds[Rounds / 2] < MostMilliseconds, visit.Detail);
    }

    private static async Task EventsAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("POST /ews/exchange.asmx", "Content-Length: 0\r\n"));
        await arrival.Connection.SayAsync(Chunked);
        await client.HearHeadAsync();
        for (int i = 0; i < 50; i++)
        {
            await PassChunkAsync(arrival, client, string.Create(CultureInfo.InvariantCulture, $"<event{i}/>"));
        }
        await arrival.AnswerAsync("0\r\n\r\n");
        await client.HearToAsync("0\r\n\r\n");
    }

    private static async Task PendingAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("POST /mapi/emsmdb/", "Content-Length: 0\r\n"));
        await arrival.Connection.SayAsync(Chunked);
        await client.HearHeadAsync();
        await PassChunkAsync(arrival, client, "PROCESSING\r\n");
        await Task.Delay(visit.Hold / 2);
        await PassChunkAsync(arrival, client, "PENDING\r\n");
        await Task.Delay(visit.Hold / 2);
        await PassChunkAsync(arrival, client, "DONE\r\n");
        await arrival.AnswerAsync("0\r\n\r\n");
        await client.HearToAsync("0\r\n\r\n");
    }

    /// <summary>One chunk, whose content must come in one chunk, at once.</summary>
    private static async Task PassChunkAsync(Arrival arrival, RawPeer client, string content)
    {
        await arrival.Connection.SayAsync(string.Create(CultureInfo.InvariantCulture, $"{content.Length:x}\r\n{content}\r\n"));
        string size = await client.HearToAsync("\r\n");
        Demand.That(
            int.TryParse(size.Split(';', '\r')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int length) && length == content.Length,
            $"the chunk was split or joined: {Demand.Show(size)}");
        Demand.Equal(content + "\r\n", await client.HearAsync(content.Length + 2), "the chunk");
    }

    private static async Task LargeBodyAsync(Visit visit)
    {
        const long announced = 5L * 1024 * 1024 * 1024, few = 64 * 1024 * 1024;
        long size = visit.Settings.IsFull ? announced : few;
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /large", string.Create(CultureInfo.InvariantCulture, $"Content-Length: {announced}\r\n")));
        Task sending = BytePattern.SendAsync(client, seed: 0, size);
        await BytePattern.ExpectAsync(arrival.Connection, seed: 0, from: 0, size, "the body");
        await sending;
        if (visit.Settings.IsFull)
        {
            await arrival.AnswerAsync(Visit.Ok);
            Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
        }
    }

    private static async Task SlowBodyAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /slow", "Content-Length: 10\r\n"));
        foreach (char c in "0123456789")
        {
            await client.SayAsync(c.ToString());
            Demand.Equal(c.ToString(), await arrival.Connection.HearAsync(1), "the byte");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
    }
}
