using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FeBeRelay.Relay.Tests.Nodes;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>A back end that reads requests by the letter of RFC 9112, answers each with 200, and remembers them and whatever is none.</summary>
internal sealed partial class StrictBackEnd : IDisposable
{
    private readonly BackEndStub _stub = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public StrictBackEnd() => _accepting = AcceptAsync();

    public System.Net.IPEndPoint EndPoint => _stub.EndPoint;

    /// <summary>Targets of the requests, in the order of their ends.</summary>
    public ConcurrentQueue<string> Targets { get; } = new();

    /// <summary>What came that is no request, or the start of one that never ended.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>Everything was read to the ends of all connections: none may be kept open by the other side any more.</summary>
    public async Task EndAsync()
    {
        _stub.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
    }

    public void Dispose() => _stub.Dispose();

    [GeneratedRegex(@"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7E]+ HTTP/1\.[01]\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0A-\x1F\x7F]*\r\n)*\r\n\z")]
    private static partial Regex Head();

    [GeneratedRegex(@"^([0-9A-Fa-f]{1,8})\r\n\z")]
    private static partial Regex ChunkSize();

    [GeneratedRegex(@"^(Content-Length|Transfer-Encoding)[ \t]*:[ \t]*(.*?)[ \t]*\r$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Framing();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(new HttpClientSocket(await _stub.AcceptAsync())));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // No more are to come.
        }
    }

    private async Task ServeAsync(HttpClientSocket connection)
    {
        using (connection)
        {
            string head = "";
            try
            {
                while (true)
                {
                    head = "";
                    head = await connection.ReadHeadAsync();
                    await ReadBodyAsync(connection, head);
                    Targets.Enqueue(head.Split(' ')[1]);
                    await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (head.StartsWith("HEAD ", StringComparison.Ordinal) ? "" : "ok"));
                }
            }
            catch (InvalidOperationException e) when (head.Length == 0 && e.Message.EndsWith("it gave: ", StringComparison.Ordinal))
            {
                // An end between two requests.
            }
            catch (SocketException)
            {
                // A request that was broken off: it is no request, as the reset says.
            }
            catch (Exception e) when (e is InvalidOperationException or FormatException)
            {
                Violations.Enqueue($"{e.Message} after {head}");
            }
        }
    }

    private static async Task ReadBodyAsync(HttpClientSocket connection, string head)
    {
        if (!Head().IsMatch(head))
        {
            throw new FormatException("no head");
        }
        List<(string Name, string Value)> framing = [.. Framing().Matches(head).Select(m => (m.Groups[1].Value.ToUpperInvariant(), m.Groups[2].Value))];
        switch (framing)
        {
            case []:
                break;
            case [("CONTENT-LENGTH", string length)] when length.All(char.IsAsciiDigit):
                await connection.ReadAsync(int.Parse(length, CultureInfo.InvariantCulture));
                break;
            case [("TRANSFER-ENCODING", "chunked")]:
                await ReadChunksAsync(connection);
                break;
            default:
                throw new FormatException("framing that could be read in two ways");
        }
    }

    private static async Task ReadChunksAsync(HttpClientSocket connection)
    {
        while (true)
        {
            string line = await connection.ReadToAsync("\n");
            Match size = ChunkSize().Match(line);
            int count = size.Success ? int.Parse(size.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : throw new FormatException($"no chunk size: {line}");
            if (count == 0)
            {
                break;
            }
            if (!(await connection.ReadAsync(count + 2)).EndsWith("\r\n", StringComparison.Ordinal))
            {
                throw new FormatException("a chunk without its end");
            }
        }
        while (await connection.ReadToAsync("\n") is not "\r\n")
        {
        }
    }
}
