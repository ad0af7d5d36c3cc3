using System.Net.Sockets;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Relay.Streams;

namespace FeBeRelay.Relay.Http;

/// <summary>The clear kind: a connection to where a destination's clear bytes go, listed and counted until it ends.</summary>
/// <param name="socket">The connection; ended by this.</param>
/// <param name="use">Its place in the list of clear connections.</param>
internal sealed class ClearTransport(Socket socket, ClearUse use) : IBackEndTransport
{
    private byte[]? _buffer;
    private ReadOnlyMemory<byte> _received;
    private bool _ended;

    /// <inheritdoc/>
    public string Id { get; } = $"clear to {use.Connection.Remote}";

    /// <inheritdoc/>
    public bool IsProtected => false;

    /// <inheritdoc/>
    public bool IsAskedToClose => false;

    /// <inheritdoc/>
    public bool SentEnd { get; private set; }

    /// <summary>There are no keys to do without.</summary>
    public void ReadSteadily()
    {
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryStayAwakeAsync() => ValueTask.FromResult(true);

    /// <inheritdoc/>
    public Task UnparkAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask SendAsync(byte[] buffer, int start, int count) => SendAsync(buffer.AsMemory(start, count));

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
            use.CountSent(count);
            bytes = bytes[count..];
        }
    }

    /// <inheritdoc/>
    public ValueTask EndAsync()
    {
        SentEnd = true;
        socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits without a buffer: an idle connection has none.</summary>
    public async ValueTask FillAsync()
    {
        ReturnBuffer();
        do
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
        }
        while (!socket.Poll(0, SelectMode.SelectRead));
        _buffer = Buffers.Plaintext.Rent();
        int count = await socket.ReceiveAsync(_buffer, SocketFlags.None).ConfigureAwait(false);
        use.CountReceived(count);
        _ended = count == 0;
        _received = _buffer.AsMemory(0, count);
    }

    /// <inheritdoc/>
    public Task? WaitBehindEndAsync() => null;

    /// <inheritdoc/>
    public BackEndNews TryTake(out ReadOnlyMemory<byte> data)
    {
        (data, _received) = (_received, default);
        return !data.IsEmpty ? BackEndNews.Data : _ended ? BackEndNews.End : BackEndNews.None;
    }

    /// <summary>Also what was received and not taken yet.</summary>
    public bool HasNews()
    {
        try
        {
            return _ended || !_received.IsEmpty || socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>A receive that is under way ends with it, and keeps its buffer.</summary>
    public ValueTask AbortAsync()
    {
        SocketTuning.Reset(socket);
        use.End();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Return()
    {
        ReturnBuffer();
        socket.Dispose();
        use.End();
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            (_buffer, _received) = (null, default);
            Buffers.Plaintext.Return(buffer);
        }
    }
}
