using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>A WebSocket: text, a long binary message, and the closing handshake with its reason.</summary>
internal static class WebSocketCheck
{
    private const int LongMessage = 256 * 1024;

    public static async Task<string> RunAsync(LabVisit visit, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", visit.Authorization);
        socket.Options.SetRequestHeader(LabVisit.MarkerHeader, visit.Marker);
        var address = new UriBuilder(new Uri(visit.Address, WebSocketEcho.PathFor(LabVisit.User))) { Scheme = "ws" }.Uri;
        using var invoker = new HttpMessageInvoker(visit.Handler, disposeHandler: false);
        await socket.ConnectAsync(address, invoker, cancellation);

        await EchoAsync(socket, Encoding.ASCII.GetBytes(visit.Marker), WebSocketMessageType.Text, cancellation);
        await EchoAsync(socket, RandomNumberGenerator.GetBytes(LongMessage), WebSocketMessageType.Binary, cancellation);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, visit.Marker, cancellation);
        Expect.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus, "close status");
        Expect.Equal(visit.Marker, socket.CloseStatusDescription, "close reason");
        return $"text and {LongMessage >> 10} KiB binary echoed, closed with its reason";
    }

    private static async Task EchoAsync(ClientWebSocket socket, byte[] message, WebSocketMessageType type, CancellationToken cancellation)
    {
        Task sending = socket.SendAsync(message.AsMemory(), type, endOfMessage: true, cancellation).AsTask();
        byte[] back = new byte[message.Length];
        int received = 0;
        ValueWebSocketReceiveResult frame;
        do
        {
            frame = await socket.ReceiveAsync(back.AsMemory(received), cancellation);
            received += frame.Count;
        }
        while (!frame.EndOfMessage && received < back.Length);

        await sending;
        Expect.Equal(type, frame.MessageType, "type of the echo");
        Expect.True(back.AsSpan(0, received).SequenceEqual(message), $"the echo of {message.Length} bytes differs");
    }
}
