using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>HTTP by hand, for what a well-behaved client library would never send.</summary>
internal sealed class RawConnection(Socket socket, Stream stream) : IDisposable
{
    private readonly BufferedStream _input = new(stream);

    public async Task SendAsync(string text, CancellationToken cancellation) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellation);

    public void ShutdownSend() => socket.Shutdown(SocketShutdown.Send);

    public void Reset() => socket.Close(timeout: 0);

    public async Task<RawHead> ReadHeadAsync(CancellationToken cancellation)
    {
        string statusLine = await ReadLineAsync(cancellation);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string line;
        while ((line = await ReadLineAsync(cancellation)).Length > 0)
        {
            int colon = line.IndexOf(':');
            Expect.True(colon > 0, $"not a header: {Expect.Shorten(line)}");
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        int status = 0;
        bool valid = statusLine.Split(' ') is [var version, var code, ..] && version.StartsWith("HTTP/1.", StringComparison.Ordinal)
            && int.TryParse(code, CultureInfo.InvariantCulture, out status);
        Expect.True(valid, $"not the start of an answer: {Expect.Shorten(statusLine)}");
        return new RawHead(status, headers);
    }

    /// <summary>A whole answer that states its length.</summary>
    public async Task<(RawHead Head, string Body)> ReadAnswerAsync(CancellationToken cancellation)
    {
        RawHead head = await ReadHeadAsync(cancellation);
        return (head, await ReadExactlyAsync((int)head.ContentLength, cancellation));
    }

    public async Task<string> ReadExactlyAsync(int length, CancellationToken cancellation)
    {
        byte[] bytes = new byte[length];
        await _input.ReadExactlyAsync(bytes, cancellation);
        return Encoding.Latin1.GetString(bytes);
    }

    /// <summary>Reads to the end, whichever kind of end it is.</summary>
    public async Task<RawEnd> ReadToEndAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[64 * 1024];
        long rest = 0;
        try
        {
            int read;
            while ((read = await _input.ReadAsync(buffer, cancellation)) > 0)
            {
                rest += read;
            }

            return new RawEnd(rest, WasReset: false);
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return new RawEnd(rest, WasReset: true);
        }
    }

    public void Dispose() => _input.Dispose();

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (true)
        {
            await _input.ReadExactlyAsync(one, cancellation);
            if (one[0] == (byte)'\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }
    }
}

/// <summary>Status and headers of an answer.</summary>
internal sealed record RawHead(int Status, IReadOnlyDictionary<string, string> Headers)
{
    public long ContentLength => Headers.TryGetValue("Content-Length", out string? length)
        ? long.Parse(length, CultureInfo.InvariantCulture)
        : throw new LabCheckFailedException($"the answer {Status} has no Content-Length");
}

/// <summary>What was left to read, and whether a reset cut it off.</summary>
internal sealed record RawEnd(long Rest, bool WasReset);
