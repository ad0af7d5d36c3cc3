using System.Collections.Concurrent;
using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 1, 2, 14 and 28: who is logged on is a matter of the connection, or of a field that must arrive.</summary>
internal static class LogonCases
{
    private const int Users = 50;
    private const int Strangers = 10;
    private const int Requests = 20;

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(1, "", "Nobody is answered under another's name",
            "50 clients log on in three legs, NTLM's way, and ask 20 times each, beside 10 that never log on; all at a time",
            "Every answer names who asked; back-end connections know who logged on to them", UsersDoNotMixAsync),
        new(2, "a", "Fields of 4 to 64 KiB pass", "Requests and answers with one field of 4, 16, 32 and 64 KiB", "The fields, unchanged", LargeFieldsAsync),
        new(2, "b", "120 fields pass", "A request and an answer with 120 fields each", "All of them, unchanged", ManyFieldsAsync),
        new(2, "c", "Refused legs of a logon keep both connections alive", "Three legs with tokens of 16 KiB, two of them answered 401, then a request without a token",
            "All four on one back-end connection, and all four answers on the client's", v => LogOnAsync(v, "POST /ews/exchange.asmx", 16 * 1024)),
        new(14, "", "Both RPC channels log on with an empty first request", "RPC_IN_DATA and RPC_OUT_DATA with Content-Length 0, each answered 401 until its third leg",
            "The legs of each channel on one back-end connection", RpcLogOnAsync),
        new(28, "a", "Basic credentials pass", "A request without credentials, answered with a Basic challenge, then one with them", "Challenge and credentials, unchanged", BasicAsync),
        new(28, "b", "NTLM and Negotiate challenges pass", "A request, answered 401 with challenges of Negotiate, NTLM and Basic in three fields, then three legs of each",
            "The challenges in their order, the tokens unchanged, on one back-end connection", ChallengesAsync),
    ];

    private static async Task UsersDoNotMixAsync(Visit visit)
    {
        var names = new ConcurrentDictionary<RawPeer, string>();
        visit.Serve(arrival => LogonBackEndAsync(arrival, names));
        await Task.WhenAll([
            .. Enumerable.Range(0, Users).Select(i => BeUserAsync(visit, string.Create(CultureInfo.InvariantCulture, $"user{i}"))),
            .. Enumerable.Range(0, Strangers).Select(_ => BeStrangerAsync(visit))]);
    }

    /// <summary>Logs on to the connection whoever sends the third leg behind the same name's first.</summary>
    private static async Task LogonBackEndAsync(Arrival arrival, ConcurrentDictionary<RawPeer, string> names)
    {
        string user = names.GetValueOrDefault(arrival.Connection, "nobody");
        string challenge = "";
        if (Token(arrival) is { } token)
        {
            string name = token[2..];
            (string next, challenge) = token[0] == '1'
                ? ($"half-{name}", $"WWW-Authenticate: NTLM 2-{name}\r\n")
                : (user == $"half-{name}" ? name : "mixed", "");
            names[arrival.Connection] = next;
            user = token[0] == '1' ? "nobody" : next;
        }
        else if (user == "nobody" && arrival.Target == "/private")
        {
            challenge = "WWW-Authenticate: NTLM\r\n";
        }
        await arrival.AnswerAsync($"HTTP/1.1 {(challenge.Length > 0 ? "401 No" : "200 OK")}\r\n{challenge}X-User: {user}\r\nContent-Length: 0\r\n\r\n");
    }

    private static string? Token(Arrival arrival) =>
        Array.Find(arrival.Head.Split("\r\n"), f => f.StartsWith("Authorization: NTLM ", StringComparison.OrdinalIgnoreCase))?["Authorization: NTLM ".Length..].Trim();

    private static async Task BeUserAsync(Visit visit, string name)
    {
        using RawPeer client = await visit.ConnectAsync();
        await ExpectAsync(visit, client, "", 401, "nobody");
        await ExpectAsync(visit, client, $"Authorization: NTLM 1-{name}\r\n", 401, "nobody");
        await ExpectAsync(visit, client, $"Authorization: NTLM 3-{name}\r\n", 200, name);
        for (int i = 0; i < Requests; i++)
        {
            await ExpectAsync(visit, client, "", 200, name);
        }
    }

    private static async Task BeStrangerAsync(Visit visit)
    {
        for (int i = 0; i < Requests; i++)
        {
            // A connection each: it may get whatever back-end connection the proxy has.
            using RawPeer client = await visit.ConnectAsync();
            await ExpectAsync(visit, client, "", 200, "nobody", "/public");
        }
    }

    private static async Task ExpectAsync(Visit visit, RawPeer client, string fields, int status, string user, string target = "/private")
    {
        await client.SayAsync(visit.Head($"GET {target}", fields));
        string head = await client.HearHeadAsync();
        Demand.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), head, $"the answer to {user}");
        Demand.Field($"X-User: {user}", head, $"the answer to {user}");
    }

    private static async Task LargeFieldsAsync(Visit visit)
    {
        foreach (int kibibytes in (int[])[4, 16, 32, 64])
        {
            string field = $"X-Token: {new string('t', kibibytes * 1024)}";
            using RawPeer client = await visit.ConnectAsync();
            Arrival arrival = await visit.AskAsync(client, visit.Head("GET /", field + "\r\n"));
            Demand.Field(field, arrival.Head, string.Create(CultureInfo.InvariantCulture, $"the request of {kibibytes} KiB"));
            await arrival.AnswerAsync($"HTTP/1.1 200 OK\r\n{field}\r\nContent-Length: 2\r\n\r\nok");
            string head = await client.HearHeadAsync();
            Demand.Field(field, head, string.Create(CultureInfo.InvariantCulture, $"the answer of {kibibytes} KiB"));
        }
    }

    private static async Task ManyFieldsAsync(Visit visit)
    {
        string[] fields = [.. Enumerable.Range(0, 120).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-Field-{i}: {i}"))];
        using RawPeer client = await visit.ConnectAsync();
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /", string.Join("\r\n", fields) + "\r\n"));
        Demand.Fields(fields, arrival.Head, "the request");
        await arrival.AnswerAsync($"HTTP/1.1 200 OK\r\n{string.Join("\r\n", fields)}\r\nContent-Length: 0\r\n\r\n");
        Demand.Fields(fields, await client.HearHeadAsync(), "the answer");
    }

    private static async Task LogOnAsync(Visit visit, string line, int tokenLength)
    {
        using RawPeer client = await visit.ConnectAsync();
        string token = new('Q', tokenLength);
        RawPeer? connection = null;
        foreach ((string fields, string answer) in ((string, string)[])
            [
                ("", "401 Unauthorized\r\nWWW-Authenticate: NTLM"),
                ($"Authorization: NTLM one{token}\r\n", $"401 Unauthorized\r\nWWW-Authenticate: NTLM two{token}"),
                ($"Authorization: NTLM three{token}\r\n", "200 OK"),
                ("", "200 OK"),
            ])
        {
            Arrival arrival = await visit.AskAsync(client, visit.Head(line, $"{fields}Content-Length: 0\r\n"));
            Demand.Fields(fields.Split("\r\n", StringSplitOptions.RemoveEmptyEntries), arrival.Head, "the leg");
            Demand.That(ReferenceEquals(connection ??= arrival.Connection, arrival.Connection), "the legs came on different back-end connections");
            await arrival.AnswerAsync($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
            string head = await client.HearHeadAsync();
            Demand.StartsWith($"HTTP/1.1 {answer[..4]}", head, "the leg's answer");
            Demand.Fields(answer.Split("\r\n")[1..], head, "the leg's answer");
        }
    }

    private static async Task RpcLogOnAsync(Visit visit)
    {
        await LogOnAsync(visit, "RPC_IN_DATA /rpc/rpcproxy.dll?be:6001", 512);
        await LogOnAsync(visit, "RPC_OUT_DATA /rpc/rpcproxy.dll?be:6001", 512);
    }

    private static async Task BasicAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        const string challenge = "WWW-Authenticate: Basic realm=\"mail.example\", charset=\"UTF-8\"";
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /exchange/"));
        Demand.That(!arrival.Head.Contains("Authorization:", StringComparison.OrdinalIgnoreCase), "credentials were added");
        await arrival.AnswerAsync($"HTTP/1.1 401 Unauthorized\r\n{challenge}\r\nContent-Length: 0\r\n\r\n");
        Demand.Field(challenge, await client.HearHeadAsync(), "the answer");
        arrival = await visit.ExchangeAsync(client, visit.Head("GET /exchange/", "Authorization: Basic RE9NXGFsaWNlOnDkc3M=\r\n"));
        Demand.Field("Authorization: Basic RE9NXGFsaWNlOnDkc3M=", arrival.Head, "the request");
    }

    private static async Task ChallengesAsync(Visit visit)
    {
        using RawPeer client = await visit.ConnectAsync();
        string[] challenges = ["WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM", "WWW-Authenticate: Basic realm=\"x\""];
        Arrival arrival = await visit.AskAsync(client, visit.Head("GET /exchange/"));
        await arrival.AnswerAsync($"HTTP/1.1 401 Unauthorized\r\n{string.Join("\r\n", challenges)}\r\nContent-Length: 0\r\n\r\n");
        string[] got = [.. (await client.HearHeadAsync()).Split("\r\n").Where(f => f.StartsWith("WWW-Authenticate:", StringComparison.OrdinalIgnoreCase))];
        Demand.Equal(string.Join('\n', challenges.Select(Value)), string.Join('\n', got.Select(Value)), "the challenges");
        RawPeer connection = arrival.Connection;
        foreach (string scheme in (string[])["Negotiate", "NTLM"])
        {
            foreach (string leg in (string[])["YII+/one==", "TlRMTVNTUAADthree"])
            {
                arrival = await visit.ExchangeAsync(client, visit.Head("GET /exchange/", $"Authorization: {scheme} {leg}\r\n"));
                Demand.Field($"Authorization: {scheme} {leg}", arrival.Head, "the leg");
                Demand.That(ReferenceEquals(connection, arrival.Connection), "the legs came on different back-end connections");
            }
        }
    }

    private static string Value(string field) => field[(field.IndexOf(':') + 1)..].Trim();
}
