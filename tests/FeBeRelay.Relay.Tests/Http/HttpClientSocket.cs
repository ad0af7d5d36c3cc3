using System.Net.Sockets;
using System.Text;
using FeBeRelay.Channel.Transport;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>A raw end of an HTTP connection, client's or back end's: what is written is what is sent, what is read is what came. Latin-1.</summary>
internal sealed class HttpClientSocket(Socket socket) : IDisposable
{
    private readonly TimeSpan _patience = HopSettings.Patience;
    private readonly StringBuilder _unread = new();
    private bool _ended;

    public Socket Socket => socket;

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    public void HalfClose() => socket.Shutdown(SocketShutdown.Send);

    public void Reset() => SocketTuning.Reset(socket);

    /// <summary>Reads up to and with the text.</summary>
    public async Task<string> ReadToAsync(string end)
    {
        while (true)
        {
            string unread = _unread.ToString();
            int at = unread.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _unread.Remove(0, at + end.Length);
                return unread[..(at + end.Length)];
            }
            if (!await FillAsync())
            {
                throw new InvalidOperationException($"the connection ended before '{end}'; it gave: {unread}");
            }
        }
    }

    /// <summary>Reads a head, its empty line included.</summary>
    public Task<string> ReadHeadAsync() => ReadToAsync("\r\n\r\n");

    /// <summary>Reads so many characters.</summary>
    public async Task<string> ReadAsync(int count)
    {
        while (_unread.Length < count)
        {
            if (!await FillAsync())
            {
                throw new InvalidOperationException($"the connection ended after {_unread.Length} of {count} bytes: {_unread}");
            }
        }
        string text = _unread.ToString(0, count);
        _unread.Remove(0, count);
        return text;
    }

    /// <summary>Reads to the end of the connection.</summary>
    /// <exception cref="SocketException">It ended with a reset.</exception>
    public async Task<string> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }
        string text = _unread.ToString();
        _unread.Clear();
        return text;
    }

    /// <summary>Whether it ends in order, without a byte more.</summary>
    public async Task<bool> EndsInOrderAsync() => await ReadToEndAsync() == "";

    /// <summary>Whether the connection ends with a reset, whatever came before.</summary>
    public async Task<bool> EndsWithResetAsync()
    {
        try
        {
            await ReadToEndAsync();
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync()
    {
        if (_ended)
        {
            return false;
        }
        byte[] buffer = new byte[64 * 1024];
        using var late = new CancellationTokenSource(_patience);
        int count = await socket.ReceiveAsync(buffer, late.Token);
        _ended = count == 0;
        _unread.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return !_ended;
    }
}
