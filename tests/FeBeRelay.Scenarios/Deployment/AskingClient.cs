using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>A client that asks on and on, and does not put up with a request that fails.</summary>
/// <param name="server">Where it asks.</param>
/// <param name="keepsAlive">Whether it keeps its connection; else it makes one for each request.</param>
internal sealed class AskingClient(EndPoint server, bool keepsAlive)
{
    private const string Body = "the answer, in a body that is long enough to be counted";

    private static readonly string Answer = $"HTTP/1.1 200 OK\r\nContent-Length: {Body.Length}\r\n\r\n{Body}";

    private int _answers;
    private int _repeats;

    /// <summary>Answers that were right.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Requests asked again, because the connection ended before a byte of their answer.</summary>
    public int Repeats => Volatile.Read(ref _repeats);

    private string Request => $"GET / HTTP/1.1\r\nHost: x\r\n{(keepsAlive ? "" : "Connection: close\r\n")}\r\n";

    /// <exception cref="InvalidOperationException">A request failed.</exception>
    public async Task AskAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using Socket socket = await Wire.ConnectAsync(server);
            bool isFresh = true;
            while (!over.IsCancellationRequested && await AskOnceAsync(socket, isFresh) && keepsAlive)
            {
                isFresh = false;
            }
        }
    }

    /// <summary>The back end: answers each request, and lets the client say when it is over.</summary>
    public static async Task AnswerAsync(Socket socket)
    {
        try
        {
            string rest = "";
            for (string heard; (heard = await socket.HearSomeAsync()).Length > 0;)
            {
                rest += heard;
                for (int end; (end = rest.IndexOf("\r\n\r\n", StringComparison.Ordinal)) >= 0; rest = rest[(end + 4)..])
                {
                    await socket.SayAsync(Answer);
                    if (rest[..end].Contains("Connection: close", StringComparison.Ordinal))
                    {
                        socket.Shutdown(SocketShutdown.Both);
                        return;
                    }
                }
            }
        }
        catch (SocketException)
        {
            // Cut. Whoever asked tells.
        }
    }

    /// <summary>False where the connection, kept from an earlier request, ended before a byte of this one's answer.</summary>
    private async Task<bool> AskOnceAsync(Socket socket, bool isFresh)
    {
        string heard = "";
        try
        {
            await socket.SayAsync(Request);
            for (string more; !IsWhole(heard) && (more = await socket.HearSomeAsync()).Length > 0;)
            {
                heard += more;
            }
        }
        catch (SocketException e) when (heard.Length > 0 || isFresh)
        {
            throw new InvalidOperationException($"a request failed after '{heard}': {e.Message}", e);
        }
        catch (SocketException)
        {
            heard = "";
        }
        if (heard.Length == 0 && !isFresh)
        {
            Interlocked.Increment(ref _repeats);
            return false;
        }
        if (!heard.StartsWith("HTTP/1.1 200 OK\r\n", StringComparison.Ordinal) || !IsWhole(heard))
        {
            throw new InvalidOperationException($"a request failed: '{heard}'");
        }
        Interlocked.Increment(ref _answers);
        return !heard.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsWhole(string heard) => heard.EndsWith(Body, StringComparison.Ordinal);
}
