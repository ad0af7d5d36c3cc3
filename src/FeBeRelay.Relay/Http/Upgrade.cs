using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http;

/// <summary>After 101 both sides speak another protocol: bytes both ways, half-close as half-close, a cut as a cut.</summary>
internal sealed class Upgrade(HttpContext context, BackEndConnection connection, ClientConnection? client)
{
    /// <summary>Runs until both directions have ended. The connection carries no other exchange.</summary>
    /// <exception cref="ExchangeException">Nobody asked for an upgrade.</exception>
    public async Task<bool> RunAsync(ResponseHead head, ReadOnlyMemory<byte> headBytes)
    {
        if (RequestFields.UpgradeOf(context.Request) is null || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } feature)
        {
            throw new ExchangeException(
                ForwarderError.UpgradeActivityTimeout, StatusCodes.Status502BadGateway, "reading the answer", "the back end switches protocols, which nobody asked for");
        }
        ResponseFields.Apply(context, head, headBytes.Span);
        await using Stream stream = await feature.UpgradeAsync().ConfigureAwait(false);
        Task outbound = OutboundAsync(stream);
        try
        {
            await InboundAsync(stream).ConfigureAwait(false);
            if (client?.TryHalfClose() == true)
            {
                await outbound.ConfigureAwait(false);
            }
        }
        catch
        {
            client?.Reset();
            await connection.AbortAsync().ConfigureAwait(false);
            await Task.WhenAny(outbound).ConfigureAwait(false);
            throw;
        }
        return false;
    }

    private async Task OutboundAsync(Stream stream)
    {
        byte[] buffer = Buffers.Plaintext.Rent();
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer.AsMemory(ChannelSender.Headroom, Limits.MaxPlaintext)).ConfigureAwait(false)) > 0;)
            {
                await connection.SendAsync(buffer, ChannelSender.Headroom, count).ConfigureAwait(false);
            }
            if (!connection.SentEnd)
            {
                await connection.EndAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (BackEndConnection.IsCut(e) || e is IOException or OperationCanceledException)
        {
            // The client's reset, or the back end's: the other direction is cut with it.
            await connection.AbortAsync().ConfigureAwait(false);
        }
        finally
        {
            Buffers.Plaintext.Return(buffer);
        }
    }

    private async Task InboundAsync(Stream stream)
    {
        while (!connection.Unread.IsEmpty || await connection.ReceiveAsync().ConfigureAwait(false))
        {
            await stream.WriteAsync(connection.Unread).ConfigureAwait(false);
            await stream.FlushAsync().ConfigureAwait(false);
            connection.Advance(connection.Unread.Length);
        }
    }
}
