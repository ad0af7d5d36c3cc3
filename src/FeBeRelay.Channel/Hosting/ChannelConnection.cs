using System.Buffers;
using System.IO.Pipelines;
using FeBeRelay.Protocol;
using Microsoft.AspNetCore.Connections;

namespace FeBeRelay.Channel.Hosting;

/// <summary>
/// One stream of a channel as a connection of Kestrel. What the peer ends is the end of the input and no more: only a cut, or the end in both directions, closes the
/// connection, so a client that half-closes gets its answer.
/// </summary>
internal sealed class ChannelConnection : DefaultConnectionContext
{
    /// <summary>For the peer's end, once the application has ended its side.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SecureChannel _channel;
    private readonly SecureChannelStream _stream;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cut = new();
    private readonly CancellationTokenSource _closed = new();

    private ChannelConnection(SecureChannel channel, SecureChannelStream stream, Pipe input, Pipe output, TimeProvider time)
        : base($"{channel.Id}:{channel.StreamNumber}", new DuplexPipe(input.Reader, output.Writer), new DuplexPipe(output.Reader, input.Writer))
    {
        (_channel, _stream, _input, _output, _time) = (channel, stream, input, output, time);
        ConnectionClosed = _closed.Token;
        LocalEndPoint = channel.LocalEndPoint;
        RemoteEndPoint = channel.RemoteEndPoint;
    }

    /// <summary>Done at the end of both directions, or when the peer has not ended its side in time; whether the channel may carry another stream.</summary>
    public Task<bool> Ended { get; private set; } = Task.FromResult(false);

    private Task Sent { get; set; } = Task.CompletedTask;

    /// <summary>Begins to carry bytes.</summary>
    /// <param name="channel">Its stream is open.</param>
    /// <param name="peer">The feature.</param>
    /// <param name="time">The clock.</param>
    public static ChannelConnection Start(SecureChannel channel, ChannelPeer peer, TimeProvider time)
    {
        bool isClean = false;
        var stream = new SecureChannelStream(channel, () => isClean = true);
        // Kestrel reads and writes on its own scheduler; the bounds are those of its sockets.
        var input = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 16, resumeWriterThreshold: 1 << 15, useSynchronizationContext: false));
        var connection = new ChannelConnection(channel, stream, input, output, time);
        connection.Features.Set(peer);
        connection.Ended = connection.RunAsync(() => isClean);
        return connection;
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _cut.Cancel();
        _output.Reader.CancelPendingRead();
        _ = _channel.AbortAsync(ErrorCode.Reset).AsTask();
    }

    /// <summary>The application is done with it. What it wrote is sent; the peer's end is not its business.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _output.Writer.CompleteAsync().ConfigureAwait(false);
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        await Sent.ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<bool> RunAsync(Func<bool> isClean)
    {
        Task receiving = ReceiveAsync();
        Sent = SendAsync();
        try
        {
            await Sent.ConfigureAwait(false);
            await receiving.WaitAsync(Patience, _time, _cut.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // A peer that does not end its side, or was cut: so is the stream.
        }
        await _stream.DisposeAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        return isClean();
    }

    /// <summary>Goes on when nobody reads the input any more, so that the peer's end is seen.</summary>
    private async Task ReceiveAsync()
    {
        Exception? fault = null;
        try
        {
            int count;
            do
            {
                // Holds no buffer while nothing comes.
                await _stream.ReadAsync(Memory<byte>.Empty, _cut.Token).ConfigureAwait(false);
                count = await _stream.ReadAsync(_input.Writer.GetMemory(), _cut.Token).ConfigureAwait(false);
                _input.Writer.Advance(count);
                await _input.Writer.FlushAsync(_cut.Token).ConfigureAwait(false);
            }
            while (count > 0);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            fault = new ConnectionResetException("the stream was cut", e);
            await _cut.CancelAsync().ConfigureAwait(false);
            await _closed.CancelAsync().ConfigureAwait(false);
            _output.Reader.CancelPendingRead();
        }
        await _input.Writer.CompleteAsync(fault).ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                ReadResult result = await _output.Reader.ReadAsync(_cut.Token).ConfigureAwait(false);
                await WriteAsync(result.Buffer).ConfigureAwait(false);
                _output.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    await _stream.EndWritesAsync().ConfigureAwait(false);
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ProtocolException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            await _cut.CancelAsync().ConfigureAwait(false);
        }
        await _output.Reader.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Each write is a record at least: segments are put together, which costs a copy and saves records.</summary>
    private async ValueTask WriteAsync(ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            await _stream.WriteAsync(bytes.First).ConfigureAwait(false);
            return;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(bytes.Length, Limits.MaxPlaintext));
        for (; !bytes.IsEmpty; bytes = bytes.Slice(Math.Min(bytes.Length, buffer.Length)))
        {
            int count = (int)Math.Min(bytes.Length, buffer.Length);
            bytes.Slice(0, count).CopyTo(buffer);
            await _stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
