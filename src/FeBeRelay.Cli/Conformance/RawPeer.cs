using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FeBeRelay.Cli.Conformance;

/// <summary>How the other side ended a connection.</summary>
internal enum PeerEnd
{
    /// <summary>In order: all that it sent has arrived.</summary>
    Fin,

    /// <summary>By a reset.</summary>
    Reset,
}

/// <summary>
/// One end of a TCP connection, byte by byte: what is written is what is sent, what is read is what came. Text is Latin-1. One reader and one
/// writer at a time.
/// </summary>
internal sealed class RawPeer(Socket socket, CancellationToken cancellation) : IDisposable
{
    /// <summary>How long anything that must come may take. A safety net: what passes does not wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private PeerEnd? _ended;

    public Socket Socket => socket;

    /// <summary>A stream over it; nothing may have been read before.</summary>
    public NetworkStream ToStream() => new(socket, ownsSocket: false);

    public Task SayAsync(string text) => SayAsync(Encoding.Latin1.GetBytes(text));

    /// <exception cref="ConformanceFailedException">The other side is gone, or takes nothing.</exception>
    public async Task SayAsync(ReadOnlyMemory<byte> bytes, TimeSpan? patience = null)
    {
        using CancellationTokenSource late = Late(patience ?? Patience);
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, late.Token)..];
            }
        }
        catch (SocketException e)
        {
            throw new ConformanceFailedException($"the connection is over and takes nothing any more ({e.SocketErrorCode})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ConformanceFailedException(string.Create(CultureInfo.InvariantCulture, $"bytes were not taken within {(patience ?? Patience).TotalSeconds:0} s"));
        }
    }

    public void HalfClose()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Over already: whoever reads next sees it.
        }
    }

    /// <summary>Ends the connection with a reset.</summary>
    public void Reset() => socket.Close(timeout: 0);

    /// <summary>Reads a head, its empty line included.</summary>
    public Task<string> HearHeadAsync(TimeSpan? patience = null) => HearToAsync("\r\n\r\n", patience);

    /// <summary>Reads up to and with the text.</summary>
    public async Task<string> HearToAsync(string end, TimeSpan? patience = null)
    {
        byte[] wanted = Encoding.Latin1.GetBytes(end);
        int searched = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf(wanted);
            if (at >= 0)
            {
                return Take(searched + at + wanted.Length);
            }
            searched = Math.Max(0, _end - _start - wanted.Length + 1);
            if (!await FillAsync(patience))
            {
                throw new ConformanceFailedException($"the connection ended ({_ended}) before {Demand.Show(end)}; it gave {Demand.Show(Unread)}");
            }
        }
    }

    /// <summary>Reads so many bytes.</summary>
    public async Task<string> HearAsync(int count)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync())
            {
                throw new ConformanceFailedException(string.Create(
                    CultureInfo.InvariantCulture, $"the connection ended ({_ended}) after {_end - _start} of {count} bytes: {Demand.Show(Unread)}"));
            }
        }
        return Take(count);
    }

    /// <summary>Reads whatever comes next, at least a byte; nothing at the end.</summary>
    public async Task<byte[]> HearSomeAsync(int most = int.MaxValue)
    {
        if (_start == _end)
        {
            await FillAsync();
        }
        byte[] some = _buffer[_start..(_start + Math.Min(_end - _start, most))];
        _start += some.Length;
        return some;
    }

    /// <summary>Reads to the end of the connection.</summary>
    public async Task<(string Text, PeerEnd End)> HearAllAsync(TimeSpan? patience = null)
    {
        while (await FillAsync(patience))
        {
        }
        return (Take(_end - _start), _ended!.Value);
    }

    /// <summary>Reads what is there and what comes within a time, or up to an end.</summary>
    public async Task<string> HearForAsync(TimeSpan time)
    {
        try
        {
            return (await HearAllAsync(time)).Text;
        }
        catch (ConformanceFailedException)
        {
            return Take(_end - _start);
        }
    }

    public void Dispose() => socket.Dispose();

    private string Unread => Encoding.Latin1.GetString(_buffer, _start, _end - _start);

    private string Take(int count)
    {
        string text = Encoding.Latin1.GetString(_buffer, _start, count);
        _start += count;
        return text;
    }

    private async Task<bool> FillAsync(TimeSpan? patience = null)
    {
        if (_ended is not null)
        {
            return false;
        }
        MakeRoom();
        using CancellationTokenSource late = Late(patience ?? Patience);
        try
        {
            int count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, late.Token);
            _end += count;
            _ended = count == 0 ? PeerEnd.Fin : null;
        }
        catch (SocketException)
        {
            _ended = PeerEnd.Reset;
        }
        catch (ObjectDisposedException)
        {
            _ended = PeerEnd.Reset;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ConformanceFailedException(string.Create(
                CultureInfo.InvariantCulture, $"nothing more came within {(patience ?? Patience).TotalSeconds:0.#} s{(_end > _start ? $" behind {Demand.Show(Unread)}" : "")}"));
        }
        return _ended is null;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        if (_end == _buffer.Length)
        {
            byte[] larger = _start > _buffer.Length / 2 ? _buffer : new byte[_buffer.Length * 2];
            _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
            (_end, _start, _buffer) = (_end - _start, 0, larger);
        }
    }

    private CancellationTokenSource Late(TimeSpan patience)
    {
        var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(patience);
        return late;
    }
}
