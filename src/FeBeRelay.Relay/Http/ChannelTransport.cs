using FeBeRelay.Channel;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Relay.Http;

/// <summary>The protected kind: one open stream on a channel.</summary>
/// <param name="rented">A channel with an open stream.</param>
/// <param name="audit">Is told what becomes of it.</param>
internal sealed class ChannelTransport(RentedChannel rented, StreamAudit audit) : IBackEndTransport
{
    /// <inheritdoc/>
    public string Id => Channel.Id;

    /// <inheritdoc/>
    public bool IsProtected => true;

    /// <inheritdoc/>
    public bool IsAskedToClose => Channel.IsAskedToClose;

    /// <inheritdoc/>
    public bool SentEnd => Channel.SentEnd;

    private SecureChannel Channel => rented.Channel;

    /// <inheritdoc/>
    public void ReadSteadily() => Channel.IsReadSteadily = true;

    /// <inheritdoc/>
    public ValueTask<bool> TryStayAwakeAsync() => Channel.TryStayAwakeAsync();

    /// <inheritdoc/>
    public Task UnparkAsync() => Channel.UnparkAsync();

    /// <summary>Sealed where they stand.</summary>
    public ValueTask SendAsync(byte[] buffer, int start, int count)
    {
        audit.Sent(count);
        return Channel.SendDataAsync(buffer, start, count);
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        audit.Sent(bytes.Length);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, Limits.MaxPlaintext)..])
        {
            await Channel.SendDataAsync(bytes[..Math.Min(bytes.Length, Limits.MaxPlaintext)]).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask EndAsync() => Channel.EndAsync();

    /// <inheritdoc/>
    public async ValueTask FillAsync()
    {
        try
        {
            await Channel.FillAsync().ConfigureAwait(false);
        }
        catch (ProtocolException e)
        {
            audit.Failed(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task? WaitBehindEndAsync() => Channel.WaitReadableAsync();

    /// <summary>Key updates and the like are no news of the back end.</summary>
    public BackEndNews TryTake(out ReadOnlyMemory<byte> data)
    {
        try
        {
            return Take(out data);
        }
        catch (ProtocolException e)
        {
            audit.Failed(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public bool HasNews() => Channel.HasNews();

    /// <inheritdoc/>
    public ValueTask AbortAsync()
    {
        audit.End("cut");
        return Channel.AbortAsync(ErrorCode.Reset);
    }

    /// <inheritdoc/>
    public void Return()
    {
        audit.End("ended");
        Channel.IsReadSteadily = false;
        rented.Return();
    }

    private BackEndNews Take(out ReadOnlyMemory<byte> data)
    {
        data = default;
        while (Channel.TryRead(out ReceivedRecord record))
        {
            switch (record.Type)
            {
                case RecordType.Data when record.PlaintextLength > 0:
                    data = Channel.Plaintext(record);
                    audit.Received(record.PlaintextLength);
                    return BackEndNews.Data;
                case RecordType.Data:
                    continue;
                case RecordType.End:
                    return BackEndNews.End;
                default:
                    throw new ProtocolException(ProtocolError.RefusedByPeer, $"the peer gave the stream up: {record.Code.Name()}", record.Code);
            }
        }
        return BackEndNews.None;
    }
}
