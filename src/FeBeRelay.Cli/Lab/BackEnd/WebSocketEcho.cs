using System.Net.WebSockets;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>A WebSocket that sends back what it gets, frame by frame, and answers a close with a close.</summary>
internal static class WebSocketEcho
{
    private const int BufferLength = 16 * 1024;

    public static string PathFor(string user) => $"/exchange/{Uri.EscapeDataString(user)}/socket";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/exchange/{user}/socket", (RequestDelegate)EchoAsync);

    private static async Task EchoAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Answer.TextAsync(context, StatusCodes.Status426UpgradeRequired, "This address speaks WebSocket.\n");
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        byte[] buffer = new byte[BufferLength];
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult frame = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (frame.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, context.RequestAborted);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, frame.Count), frame.MessageType, frame.EndOfMessage, context.RequestAborted);
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The other side left without a close: there is nobody to answer.
        }
    }
}
