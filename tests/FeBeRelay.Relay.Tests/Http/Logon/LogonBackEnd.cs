using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FeBeRelay.Relay.Tests.Nodes;

namespace FeBeRelay.Relay.Tests.Http.Logon;

/// <summary>A back end that logs a person on to the TCP connection in three legs, as NTLM and Negotiate do: who comes next on it is that person.</summary>
internal sealed partial class LogonBackEnd : IDisposable
{
    private readonly BackEndStub _stub = new();
    private readonly ConcurrentBag<HttpClientSocket> _connections = [];

    public LogonBackEnd() => _ = AcceptAsync();

    public System.Net.IPEndPoint EndPoint => _stub.EndPoint;

    public void Dispose()
    {
        _stub.Dispose();
        foreach (HttpClientSocket connection in _connections)
        {
            connection.Dispose();
        }
    }

    [GeneratedRegex(@"^Authorization: (NTLM|Negotiate) (\S+)\r$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Credentials();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new HttpClientSocket(await _stub.AcceptAsync());
                _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(HttpClientSocket connection)
    {
        string user = "nobody";
        string begun = "";
        try
        {
            while (true)
            {
                string head = await connection.ReadHeadAsync();
                Match given = Credentials().Match(head);
                string challenge = "";
                if (given.Success && given.Groups[2].Value.Split('-') is [string leg, string name])
                {
                    (user, begun, challenge) = leg switch
                    {
                        "one" => (user, name, $"WWW-Authenticate: {given.Groups[1].Value} two-{name}\r\n"),
                        // Legs of two connections do not fit together.
                        _ => (begun == name ? name : "mixed", "", ""),
                    };
                }
                else if (head.Contains(" /private", StringComparison.Ordinal) && user == "nobody")
                {
                    challenge = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n";
                }
                await connection.SendAsync($"HTTP/1.1 {(challenge.Length > 0 ? "401 No" : "200 OK")}\r\n{challenge}X-User: {user}\r\nContent-Length: 0\r\n\r\n");
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The connection is over.
        }
        finally
        {
            connection.Dispose();
        }
    }
}
