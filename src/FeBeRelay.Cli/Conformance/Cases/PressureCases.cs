using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 30 and 31: who does not read, and who breaks off, disturbs nobody else.</summary>
internal static class PressureCases
{
    private const int Neighbours = 50;
    private const int NeighboursInFull = 999;
    private const int Slower = 10;
    private const int SlowerMilliseconds = 50;
    private const int Aborts = 500;
    private const int AbortsInFull = 10_000;
    private const int Survivors = 8;
    private const int AbortsInATurn = 10;
    private const int Slice = 40 * 1024;
    private const int AbortedSize = 2 * 1024 * 1024;
    private const int Piece = 64 * 1024;
    private const long MostTaken = 64L * 1024 * 1024;

    // Whoever outlasts the storm reads slowly: its sender waits.
    private static readonly TimeSpan StormPatience = TimeSpan.FromMinutes(5);

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(30, "", "A client that does not read holds up its own answer only", "Exchanges of 50 open connections (999 with --full); an answer without end to a client that does not read; the same exchanges again",
            $"The back end is held up before 64 MiB; 99 % of the others are answered as soon as before ({Slower} times that and {SlowerMilliseconds} ms at most)", StalledAsync),
        new(31, "", "A storm of clients that break off corrupts nobody", "500 downloads (10,000 with --full) broken off by resets; beside them 8 that last as long: 40 KiB each behind each ten", "The 8 downloads, unchanged", StormAsync),
    ];

    private static async Task StalledAsync(Visit visit)
    {
        var neighbours = new List<RawPeer>();
        for (int i = 0; i < (visit.Settings.IsFull ? NeighboursInFull : Neighbours); i++)
        {
            neighbours.Add(await visit.ConnectAsync());
        }
        await MeasureAsync(visit, neighbours);
        double before = await MeasureAsync(visit, neighbours);
        using RawPeer lazy = await visit.ConnectAsync();
        Arrival stalled = await visit.AskAsync(lazy, visit.Head("GET /endless"));
        await stalled.Connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n");
        long taken = await FillAsync(stalled.Connection);
        Demand.That(taken < MostTaken, string.Create(CultureInfo.InvariantCulture, $"{taken} bytes were taken that nobody read"));
        double beside = await MeasureAsync(visit, neighbours);
        visit.Detail = string.Create(
            CultureInfo.InvariantCulture, $"held up after {taken / 1024:N0} KiB; 99 % of {neighbours.Count} others answered within {before:0.0} ms before, {beside:0.0} ms beside it");
        Demand.That(beside <= Slower * before + SlowerMilliseconds, visit.Detail);
    }

    /// <summary>An exchange on each, one after the other; the time within which 99 % were over.</summary>
    private static async Task<double> MeasureAsync(Visit visit, List<RawPeer> clients)
    {
        var taken = new List<double>();
        foreach (RawPeer client in clients)
        {
            long start = Stopwatch.GetTimestamp();
            await visit.ExchangeAsync(client, visit.Head("GET /neighbour"));
            taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        taken.Sort();
        return taken[taken.Count * 99 / 100];
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
                taken += await peer.Socket.SendAsync(piece, SocketFlags.None, stalled.Token);
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
        int aborts = visit.Settings.IsFull ? AbortsInFull : Aborts;
        int size = aborts / AbortsInATurn * Slice;
        visit.Serve(arrival => SendPatternAsync(arrival, arrival.Target.Contains("abort", StringComparison.Ordinal) ? AbortedSize : size));
        var survivors = new List<RawPeer>();
        for (int seed = 0; seed < Survivors; seed++)
        {
            survivors.Add(await visit.ConnectAsync());
            await survivors[seed].SayAsync(visit.Head(string.Create(CultureInfo.InvariantCulture, $"GET /survivor/{seed}")));
            Demand.StartsWith("HTTP/1.1 200 ", await survivors[seed].HearHeadAsync(), "the answer");
        }
        for (int at = 0; at < size; at += Slice)
        {
            await BreakOffAsync(visit);
            int from = at;
            await Task.WhenAll(survivors.Select((peer, seed) => BytePattern.ExpectAsync(peer, seed, from, Slice, "a neighbour's download")));
        }
        visit.Detail = string.Create(CultureInfo.InvariantCulture, $"{aborts} broken off, {Survivors} downloads of {size / 1024:N0} KiB unchanged");
    }

    /// <summary>The target's number seeds the bytes.</summary>
    private static async Task SendPatternAsync(Arrival arrival, int size)
    {
        int seed = int.Parse(arrival.Target.Split('/')[^1], CultureInfo.InvariantCulture);
        await arrival.Connection.SayAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n"));
        await BytePattern.SendAsync(arrival.Connection, seed, size, StormPatience);
    }

    private static async Task BreakOffAsync(Visit visit)
    {
        for (int i = 0; i < AbortsInATurn; i++)
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
