using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 20 to 22: interim, early and odd answers.</summary>
internal static class AnswerCases
{
    private const string Expectation = "Content-Length: 5\r\nExpect: 100-continue\r\n";

    private static readonly int[] Statuses = [200, 201, 202, 203, 206, 207, 226, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 407, 409, 412, 415, 422, 423, 424, 440, 449, 451, 500, 501, 502, 503, 504, 507, 599];

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(20, "a", "100 Continue comes from the back end", "Expect: 100-continue; the back end answers 100, then 200", "The field, one 100, the body only then, 200", ContinueAsync),
        new(20, "b", "401 in the place of 100 passes before the body", "Expect: 100-continue; the back end answers 401", "401 first, without a 100 before it", v => RefuseAsync(v, "401 Unauthorized")),
        new(20, "c", "417 passes before the body", "Expect: 100-continue; the back end answers 417", "417 first", v => RefuseAsync(v, "417 Expectation Failed")),
        new(20, "d", "A client that does not wait for a silent server is served", "Expect: 100-continue and the body; the back end answers 200 only", "The body; 200 without a 100 before it", SilentAsync),
        new(21, "a", "102 and 103 pass in their order", "102, 103 with a field, 103, 200", "The four heads in this order", InterimAsync),
        new(21, "b", "Every final status passes", string.Create(CultureInfo.InvariantCulture, $"{Statuses.Length} statuses, 207, 401, 440 and 449 among them, each with a body"), "Status and body", StatusesAsync),
        new(22, "", "A final answer passes while the request's body flows", "A PUT with 100 MB announced; after 1 KB the back end answers 413", "413 and its body, with nothing more sent", EarlyAsync),
    ];

    private static async Task ContinueAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /x", Expectation));
        Demand.Field("Expect: 100-continue", arrival.Head, "the request");
        await arrival.Connection.SayAsync("HTTP/1.1 100 Continue\r\n\r\n");
        Demand.StartsWith("HTTP/1.1 100 ", await client.HearHeadAsync(), "the first answer");
        await client.SayAsync("hello");
        Demand.Equal("hello", await arrival.Connection.HearAsync(5), "the body");
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the second answer");
    }

    private static async Task RefuseAsync(Visit visit, string status)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /x", Expectation));
        await arrival.Connection.SayAsync($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Demand.StartsWith($"HTTP/1.1 {status[..3]} ", await client.HearHeadAsync(), "the first answer");
    }

    private static async Task SilentAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /x", Expectation) + "hello");
        Demand.Equal("hello", await arrival.Connection.HearAsync(5), "the body");
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the first answer");
    }

    private static async Task InterimAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("COPY /x", "Content-Length: 0\r\n"));
        foreach (string head in (string[])["HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"])
        {
            await arrival.Connection.SayAsync(head);
            string heard = await client.HearHeadAsync();
            Demand.StartsWith(head[..12], heard, "the interim answer");
            Demand.SameFields(head.Split("\r\n")[1..^2], heard.Split("\r\n")[1..^2], "fields of the interim answer");
        }
        await arrival.AnswerAsync(Visit.Ok);
        Demand.StartsWith("HTTP/1.1 200 ", await client.HearHeadAsync(), "the final answer");
    }

    private static async Task StatusesAsync(Visit visit)
    {
        foreach (int status in Statuses)
        {
            using RawPeer client = await visit.ConnectAsync();
            Arrival arrival = await visit.AskAsync(client, visit.Head("GET /x"));
            await arrival.AnswerAsync(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} So It Is\r\nContent-Length: 4\r\n\r\nbody"));
            Demand.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}"), await client.HearHeadAsync(), "the answer");
            Demand.Equal("body", await client.HearAsync(4), string.Create(CultureInfo.InvariantCulture, $"the body of {status}"));
        }
    }

    private static async Task EarlyAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        string some = new('b', 1024);
        Arrival arrival = await visit.AskAsync(client, visit.Head("PUT /large", "Content-Length: 104857600\r\n") + some);
        Demand.Equal(some, await arrival.Connection.HearAsync(some.Length), "the body's start");
        await arrival.Connection.SayAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        Demand.StartsWith("HTTP/1.1 413 ", await client.HearHeadAsync(), "the answer");
        Demand.Equal("no", await client.HearAsync(2), "the answer's body");
    }
}
