using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>Requests by hand, in forms that relays like to tidy up, delay or reject.</summary>
internal static class RequestChecks
{
    private const int PipelinedRequests = 10;

    /// <summary>The interim answer has to come from the back end before a byte of the body is sent, and not at all where it refuses.</summary>
    public static async Task<string> ExpectContinueAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = LabVisit.MessagePath(Mailbox.Inbox, $"{visit.Marker}.EML");
        string body = $"Subject: Expect {visit.Marker}\r\n\r\nwaited for 100\r\n";
        using RawConnection accepted = await visit.OpenRawAsync(cancellation);
        await accepted.SendAsync(Head("PUT", path, visit, $"Authorization: {visit.Authorization}", "Expect: 100-continue", $"Content-Length: {body.Length}"), cancellation);
        Expect.Equal(100, (await accepted.ReadHeadAsync(cancellation)).Status, "interim status");
        await accepted.SendAsync(body, cancellation);
        (RawHead head, string answer) = await accepted.ReadAnswerAsync(cancellation);
        Expect.Equal(201, head.Status, "final status");
        Expect.Contains(visit.Marker, answer, "final answer");

        using RawConnection refused = await visit.OpenRawAsync(cancellation);
        await refused.SendAsync(Head("PUT", path, visit, "Expect: 100-continue", $"Content-Length: {body.Length}"), cancellation);
        Expect.Equal(401, (await refused.ReadHeadAsync(cancellation)).Status, "status without credentials");
        await visit.DeleteAsync(path, cancellation);
        return "100 then 201; 401 at once without credentials";
    }

    public static async Task<string> ChunkedUploadAsync(LabVisit visit, CancellationToken cancellation)
    {
        string[] chunks = [visit.Marker, new string('x', 70_000), "\r\n0\r\n\r\n", visit.Marker];
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(string.Concat(chunks))));
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync(Head("POST", $"/lab/reflect/chunked/{visit.Marker}", visit, "Transfer-Encoding: chunked", "Trailer: X-Lab-Trailer"), cancellation);
        foreach (string chunk in chunks)
        {
            await connection.SendAsync($"{chunk.Length:x};lab=\"{visit.Marker}\"\r\n{chunk}\r\n", cancellation);
        }

        await connection.SendAsync($"0\r\nX-Lab-Trailer: {visit.Marker}\r\n\r\n", cancellation);
        (RawHead head, string answer) = await connection.ReadAnswerAsync(cancellation);
        Expect.Equal(200, head.Status, "status");
        Expect.Contains($"body {chunks.Sum(chunk => chunk.Length)} {digest}\n", answer, "length and SHA-256 at the back end");
        Expect.Contains($"trailer X-Lab-Trailer: {visit.Marker}\n", answer, "trailer at the back end");
        return $"{chunks.Length} chunks with extensions and a trailer, SHA-256 equal";
    }

    public static async Task<string> TargetAndHeadersAsync(LabVisit visit, CancellationToken cancellation)
    {
        // Kestrel refuses %00 in a path, and nothing else of these.
        string target = $"/lab/reflect/a%2Fb%252F%2B+/_xF8FF_//x/./y/../%7Ez;v=1/{visit.Marker}?q=%20+{(visit.IsParsed ? "" : "%00")}%C3%A9&&=";
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync(Head("X-MS-ENUMATTS", target, visit, $"X-oDD-cAsE: {visit.Marker}", $"x-lower-case: {new string('k', 16_000)}"), cancellation);
        (RawHead head, string answer) = await connection.ReadAnswerAsync(cancellation);
        Expect.Equal(200, head.Status, "status");
        Expect.Contains($"X-MS-ENUMATTS {target}\n", answer, "request line at the back end");
        Expect.Contains($"X-oDD-cAsE: {visit.Marker}\n", answer, "headers at the back end");
        Expect.Contains($"x-lower-case: {new string('k', 16_000)}\n", answer, "headers at the back end");
        return "method, target and header case arrive as sent, with a header of 16 KB";
    }

    public static async Task<string> Http10Async(LabVisit visit, CancellationToken cancellation)
    {
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync($"GET /lab/reflect/{visit.Marker} HTTP/1.0\r\n\r\n", cancellation);
        (RawHead head, string answer) = await connection.ReadAnswerAsync(cancellation);
        Expect.Equal(200, head.Status, "status");
        Expect.Contains($"GET /lab/reflect/{visit.Marker}\n", answer, "answer");
        Expect.Equal(new RawEnd(0, WasReset: false), await connection.ReadToEndAsync(cancellation), "end of the connection");
        return "answered without Host, closed cleanly by the back end";
    }

    public static async Task<string> PipeliningAsync(LabVisit visit, CancellationToken cancellation)
    {
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync(string.Concat(Enumerable.Range(1, PipelinedRequests).Select(number => Head("GET", Target(number), visit))), cancellation);
        for (int number = 1; number <= PipelinedRequests; number++)
        {
            (RawHead head, string answer) = await connection.ReadAnswerAsync(cancellation);
            Expect.Equal(200, head.Status, $"status of answer {number}");
            Expect.Contains($"GET {Target(number)}\n", answer, $"answer {number}");
        }

        return $"{PipelinedRequests} requests in one write, answered in order";

        string Target(int number) => $"/lab/reflect/{number}?{visit.Marker}";
    }

    /// <summary>A request head with the host and the marker in it.</summary>
    public static string Head(string method, string target, LabVisit visit, params string[] headers)
    {
        IEnumerable<string> lines = [$"{method} {target} HTTP/1.1", $"Host: {visit.Address.Authority}", $"{LabVisit.MarkerHeader}: {visit.Marker}", .. headers, "", ""];
        return string.Join("\r\n", lines);
    }
}
