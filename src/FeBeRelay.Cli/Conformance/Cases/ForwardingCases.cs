using System.Text.RegularExpressions;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 9 and 10: what a back end is told of the client's way is the policy's to say, and nobody else's.</summary>
internal static partial class ForwardingCases
{
    private static readonly string[] Forged =
        ["Front-End-Https: On", "X-Forwarded-For: 10.9.9.9, 10.8.8.8", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example"];

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(9, "a", "Front-End-Https passes when present, and is not added", "A request with Front-End-Https: On, and one without", "The same", FrontEndHttpsAsync),
        new(9, "b", "Front-End-Https is added by policy, and not taken from outside",
            "To the second address: a request without it, one with Front-End-Https: Off, one that nominates it in Connection", "Front-End-Https: On once each, and nothing else",
            PolicyFrontEndHttpsAsync, CasePhase.Policy),
        new(10, "a", "Nothing is said of the client by default", "A request", "No X-Forwarded-*, Forwarded, Via, X-Real-IP or other field that was not sent", NothingAddedAsync),
        new(10, "b", "Forged X-Forwarded-* of an untrusted client do not arrive", "To the second address: X-Forwarded-For, -Proto and -Host of the client's own making",
            "X-Forwarded-For with the client's address last and none of the forged ones", PolicyForwardedAsync, CasePhase.Policy),
    ];

    [GeneratedRegex("^Front[-_]End[-_]Https:.*$", RegexOptions.IgnoreCase)]
    private static partial Regex FrontEndHttps();

    private static async Task FrontEndHttpsAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.ExchangeAsync(client, visit.Head("GET /exchange/", "Front-End-Https: On\r\n"));
        Demand.Field("Front-End-Https: On", arrival.Head, "the request");
        arrival = await visit.ExchangeAsync(client, visit.Head("GET /exchange/"));
        Demand.That(!arrival.Fields.Any(f => FrontEndHttps().IsMatch(f)), "Front-End-Https was added");
    }

    private static async Task PolicyFrontEndHttpsAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        foreach (string fields in (string[])["", "Front-End-Https: Off\r\n", "Front-End-Https: Off\r\nConnection: Front-End-Https\r\n"])
        {
            Arrival arrival = await visit.ExchangeAsync(client, visit.Head("GET /exchange/", fields));
            string found = string.Join(", ", arrival.Fields.Where(f => FrontEndHttps().IsMatch(f)));
            Demand.That(string.Equals(found, "Front-End-Https: On", StringComparison.OrdinalIgnoreCase), $"of {Demand.Show(fields)} arrived {Demand.Show(found)}");
        }
    }

    private static async Task NothingAddedAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        string head = visit.Head("GET /exchange/", "Accept: */*\r\n");
        Arrival arrival = await visit.ExchangeAsync(client, head);
        Demand.SameFields(head.Split("\r\n")[1..^2], arrival.Fields, "fields of the request");
    }

    private static async Task PolicyForwardedAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.ExchangeAsync(client, visit.Head("GET /exchange/", string.Join("\r\n", Forged) + "\r\n"));
        string[] said = [.. arrival.Fields.Where(f => f.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))];
        string all = string.Join(" | ", said);
        Demand.That(!all.Contains("10.9.9.9", StringComparison.Ordinal) && !all.Contains("evil", StringComparison.Ordinal), $"a forged value arrived: {all}");
        string own = ((System.Net.IPEndPoint)client.Socket.LocalEndPoint!).Address.ToString();
        Demand.That(
            said.Any(f => f.StartsWith("X-Forwarded-For:", StringComparison.OrdinalIgnoreCase) && f.EndsWith(own, StringComparison.Ordinal)), $"X-Forwarded-For does not name {own}: {all}");
    }
}
