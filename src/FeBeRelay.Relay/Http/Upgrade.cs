using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http;

/// <summary>After 101 both sides speak another protocol: bytes both ways, half-close as half-close, a cut as a cut.</summary>
internal sealed class Upgrade(HttpContext context, BackEndConnection connection, ClientConnection? client)
{
    /// <summary>Runs until both directions have ended. The connection carries no other exchange.</summary>
    /// <returns>Whether both have ended in order; false where the client's could not be waited for.</returns>
    /// <exception cref="ExchangeException">Nobody asked for an upgrade.</exception>
    public async Task<bool> RunAsync(ResponseHead head, ReadOnlyMemory<byte> headBytes)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        bool isExtended = RequestFields.IsExtendedConnect(context);
        if (RequestFields.UpgradeOf(context) is null || (!isExtended && upgrade is not { IsUpgradableRequest: true }))
        {
            throw new ExchangeException(
                ForwarderError.UpgradeActivityTimeout, StatusCodes.Status502BadGateway, "reading the answer", "the back end switches protocols, which nobody asked for");
        }
        ResponseFields.Apply(context, head, headBytes.Span);
        await using Stream stream = isExtended ? await AcceptAsync().ConfigureAwait(false) : await upgrade!.UpgradeAsync().ConfigureAwait(false);
        Task<bool> outbound = OutboundAsync(stream);
        try
        {
            await InboundAsync(stream).ConfigureAwait(false);
            // Of HTTP/2 the socket is not this exchange's.
            if (isExtended || client?.TryHalfClose() != true)
            {
                return false;
            }
            await connection.AttendAsync(outbound).ConfigureAwait(false);
            return await outbound.ConfigureAwait(false);
        }
        catch
        {
            client?.Reset();
            await connection.AbortAsync().ConfigureAwait(false);
            await Task.WhenAny(outbound).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>HTTP/2 answers 200, without the fields of HTTP/1.1's handshake.</summary>
    private ValueTask<Stream> AcceptAsync()
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        foreach (string name in (string[])[HeaderNames.Upgrade, HeaderNames.Connection, HeaderNames.SecWebSocketAccept])
        {
            context.Response.Headers.Remove(name);
        }
        return context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
    }

    /// <summary>False where it was cut.</summary>
    private async Task<bool> OutboundAsync(Stream stream)
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
            return true;
        }
        catch (Exception e) when (BackEndConnection.IsCut(e) || e is IOException or OperationCanceledException)
        {
            // The client's reset, or the back end's: the other direction is cut with it.
            await connection.AbortAsync().ConfigureAwait(false);
            return false;
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
