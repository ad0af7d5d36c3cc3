using FeBeRelay.Relay.Http.Parsing;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>The head of a back end's answer: whole, and in growing pieces, which must come to the same.</summary>
internal sealed class ResponseHeadTarget() : FuzzTarget("response-head", MakeSeeds, allowance: 300_000)
{
    private const int Pieces = 8;

    public override IReadOnlyList<byte[]> Words => Texts(
        "\r\n", "\r\n\r\n", "HTTP/1.1 ", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "\n", "\r", "\0", ": ", "WWW-Authenticate: NTLM\r\n", "18446744073709551616", " \t");

    public override int Run(byte[] input)
    {
        (int whole, string? fields) = Read(new ResponseHead(), input, input.Length);
        int step = input.Length / Pieces + 1;
        var growing = new ResponseHead();
        (int Length, string? Fields) pieces = (0, null);
        for (int length = step; pieces.Length == 0 && length < input.Length + step; length += step)
        {
            pieces = Read(growing, input, Math.Min(length, input.Length));
        }
        return pieces == (whole, fields) ? 1 : throw new InvalidOperationException($"whole: {whole} {fields}; in pieces: {pieces}");
    }

    /// <summary>The length, -1 for a violation.</summary>
    private static (int Length, string? Fields) Read(ResponseHead head, byte[] input, int length)
    {
        try
        {
            int read = head.Read(input.AsSpan(0, length));
            return (read, read == 0 ? null : $"{head.StatusCode} {head.Reason} {head.FramingFor("GET")} {head.ContentLength} {head.KeepsConnection} {head.Fields.Count}");
        }
        catch (BackEndViolationException)
        {
            return (-1, null);
        }
    }

    private static IReadOnlyList<byte[]> MakeSeeds() => Texts(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 302 Found\r\nLocation: /x\r\nConnection: keep-alive, X-Y\r\nX-Y: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
}
