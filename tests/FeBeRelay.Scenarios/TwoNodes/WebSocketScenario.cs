using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using FeBeRelay.Cli.Lab.BackEnd;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>A browser's page keeps a WebSocket open to the mail server: messages small and large come back as they went, and the close is a close.</summary>
[Collection("two nodes")]
public sealed class WebSocketScenario
{
    private const int Large = 1024 * 1024;

    [Fact(Timeout = 60_000)]
    public async Task Messages_come_back_as_they_went_and_the_close_is_answered()
    {
        Tool.Require();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using SampleBackEnd backEnd = await SampleBackEnd.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), new SampleStore(TimeProvider.System), TimeProvider.System, cancellation);
        await using NodePair nodes = await new NodePair { BackEnd = NodePair.Text(backEnd.EndPoint) }.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Basic YWxpY2U6eA==");
        socket.Options.Proxy = null;

        await socket.ConnectAsync(new Uri($"ws://{nodes.EndPoint}{WebSocketEcho.PathFor("alice")}"), cancellation);
        foreach (int length in (int[])[0, 1, 125, 126, 65_535, 65_536, Large])
        {
            byte[] message = RandomNumberGenerator.GetBytes(length);
            Task sending = socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellation);
            Assert.Equal(message, await ReceiveAsync(socket, cancellation));
            await sending;
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", cancellation);

        Assert.Equal((WebSocketState.Closed, WebSocketCloseStatus.NormalClosure, "done"), (socket.State, socket.CloseStatus, socket.CloseStatusDescription));
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        byte[] message = new byte[Large + 1];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult frame = await socket.ReceiveAsync(message.AsMemory(length), cancellation);
            length += frame.Count;
            if (frame.EndOfMessage)
            {
                return message[..length];
            }
        }
    }
}
