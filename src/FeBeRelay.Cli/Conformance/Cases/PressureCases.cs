using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 30 and 31: who does not read, and who breaks off, disturbs nobody else.</summary>
internal static class PressureCases
{
    private const int Neighbours = 50;
    private const int Aborts = 500;
    private const int Survivors = 8;
    private const int SurvivorSize = 2 * 1024 * 1024;
    private const int Piece = 64 * 1024;
    private const long MostTaken = 64L * 1024 * 1024;

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(30, "", "A client that does not read holds up its own answer only", "An answer without end to a client that does not read, then 50 exchanges of others",
            "The back end is held up before 64 MiB; the others are answered", StalledAsync),
        new(31, "", "A storm of clients that break off corrupts nobody", "500 downloads broken off by resets beside 8 of 2 MiB", "The 8, unchanged", StormAsync),
    ];

    private static async Task StalledAsync(Visit visit)
    {
        using RawPeer lazy = await visit.ConnectAsync();
        Arrival stalled = await visit.AskAsync(lazy, visit.Head("GET /endless"));
        await stalled.Connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n");
        long taken = await FillAsync(stalled.Connection);
        visit.Detail = string.Create(CultureInfo.InvariantCulture, $"held up after {taken / 1024:N0} KiB");
        Demand.That(taken < MostTaken, string.Create(CultureInfo.InvariantCulture, $"{taken} bytes were taken that nobody read"));
        for (int i = 0; i < Neighbours; i++)
        {
            using RawPeer client = await visit.ConnectAsync();
            await visit.ExchangeAsync(client, visit.Head("GET /neighbour"));
        }
    }

    /// <summary>Sends until nothing is taken for a second, or too much was.</summary>
    private static async Task<long> FillAsync(RawPeer peer)
    {
        byte[] piece = new byte[Piece];
        long taken = 0;
        while (taken < MostTaken)
        {
            using var stalled = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                taken += await peer.Socket.SendAsync(piece, System.Net.Sockets.SocketFlags.None, stalled.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        return taken;
    }

    private static async Task StormAsync(Visit visit)
    {
        visit.Serve(SendPatternAsync);
        await Task.WhenAll([.. Enumerable.Range(0, Survivors).Select(i => SurviveAsync(visit, i)), BreakOffAsync(visit)]);
    }

    /// <summary>The target's number seeds the bytes.</summary>
    private static async Task SendPatternAsync(Arrival arrival)
    {
        int seed = int.Parse(arrival.Target.Split('/')[^1], CultureInfo.InvariantCulture);
        await arrival.Connection.SayAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {SurvivorSize}\r\n\r\n"));
        byte[] piece = new byte[Piece];
        for (int at = 0; at < SurvivorSize; at += Piece)
        {
            for (int i = 0; i < Piece; i++)
            {
                piece[i] = Pattern(seed, at + i);
            }
            await arrival.Connection.SayAsync(piece);
        }
    }

    private static byte Pattern(int seed, int at) => (byte)((at + seed * 31) % 251);

    private static async Task SurviveAsync(Visit visit, int seed)
    {
        using RawPeer client = await visit.ConnectAsync();
        await client.SayAsync(visit.Head(string.Create(CultureInfo.InvariantCulture, $"GET /survivor/{seed}")));
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the answer");
        for (int at = 0; at < SurvivorSize;)
        {
            byte[] some = await client.HearSomeAsync();
            Demand.That(some.Length > 0, string.Create(CultureInfo.InvariantCulture, $"a neighbour's download ended after {at} bytes"));
            foreach (byte b in some)
            {
                Demand.That(b == Pattern(seed, at), string.Create(CultureInfo.InvariantCulture, $"byte {at} of a neighbour's download is another"));
                at++;
            }
        }
    }

    private static async Task BreakOffAsync(Visit visit)
    {
        for (int i = 0; i < Aborts; i++)
        {
            using RawPeer client = await visit.ConnectAsync();
            await client.SayAsync(visit.Head(string.Create(CultureInfo.InvariantCulture, $"GET /abort/{1_000 + i}")));
            if (i % 2 == 0)
            {
                await client.HearHeadAsync();
            }
            client.Reset();
        }
    }
}
