using System.Net.Sockets;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>Orders and answers on sockets that faults cut: what was heard before the cut counts, and no wait ends with the test.</summary>
internal static class OrderWire
{
    public static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>True where the other side ended cleanly, false where the connection was cut.</summary>
    public static async Task<bool> HearAsync(Socket socket, MemoryStream heard)
    {
        byte[] buffer = new byte[32 * 1024];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
            {
                heard.Write(buffer, 0, count);
            }
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
