using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Relay.Tests.Policies.Outbound;

namespace FeBeRelay.Relay.Tests.Http.Policy;

/// <summary>A web server that answers every request with its name, keeps connections, and remembers what it was sent.</summary>
internal sealed class HttpServerStub : IDisposable
{
    private readonly string _name;
    private readonly StubPeer _peer;
    private readonly ConcurrentQueue<string> _requests = new();

    public HttpServerStub(string name)
    {
        _name = name;
        _peer = new StubPeer((_, socket, _) => ServeAsync(socket));
    }

    public System.Net.IPEndPoint EndPoint => _peer.EndPoint;

    /// <summary>Connections that it got.</summary>
    public int Connections => _peer.Connections;

    /// <summary>The requests in their order, head and body.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Connections whose other side has ended them.</summary>
    public int Ended { get; private set; }

    /// <summary>Asks for a logon that belongs to the connection, as long as this is set.</summary>
    public bool Challenges { get; set; }

    public void Dispose() => _peer.Dispose();

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            while (await ReadRequestAsync(socket) is { } request)
            {
                _requests.Enqueue(request);
                string start = Challenges ? "401 No\r\nWWW-Authenticate: NTLM" : "200 OK";
                await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {start}\r\nContent-Length: {_name.Length}\r\n\r\n{_name}"));
            }
        }
        finally
        {
            Ended++;
            socket.Dispose();
        }
    }

    private static async Task<string?> ReadRequestAsync(Socket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[16_384];
        while (true)
        {
            string soFar = text.ToString();
            int head = soFar.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0 && soFar.Length >= head + 4 + LengthOf(soFar))
            {
                return soFar;
            }
            int count = await socket.ReceiveAsync(buffer);
            if (count == 0)
            {
                return null;
            }
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }

    private static int LengthOf(string head)
    {
        const string name = "\r\nContent-Length: ";
        int at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(head[(at + name.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }
}
