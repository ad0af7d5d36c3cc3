using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>Plain sockets, byte by byte. Every wait ends with the test.</summary>
internal static class Wire
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Socket New(EndPoint endPoint) =>
        new(endPoint.AddressFamily, SocketType.Stream, endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);

    public static async Task<Socket> ConnectAsync(EndPoint endPoint)
    {
        Socket socket = New(endPoint);
        try
        {
            await socket.ConnectAsync(endPoint, Cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static async Task SayAsync(this Socket socket, string text)
    {
        for (ReadOnlyMemory<byte> rest = Encoding.Latin1.GetBytes(text); !rest.IsEmpty;)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, Cancellation)..];
        }
    }

    /// <summary>Reads as many bytes as that, or fewer where the other side ends before.</summary>
    public static async Task<string> HearAsync(this Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        int heard = 0;
        for (int more = -1; more != 0 && heard < count; heard += more)
        {
            more = await socket.ReceiveAsync(buffer.AsMemory(heard), SocketFlags.None, Cancellation);
        }
        return Encoding.Latin1.GetString(buffer, 0, heard);
    }

    /// <summary>Reads what is there next; nothing at the other side's end.</summary>
    public static async Task<string> HearSomeAsync(this Socket socket)
    {
        byte[] buffer = new byte[16 * 1024];
        return Encoding.Latin1.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, Cancellation));
    }

    /// <summary>Reads up to the other side's end. Not a NetworkStream's matter: it refuses a socket that has sent its own end.</summary>
    public static async Task<string> HearAllAsync(this Socket socket)
    {
        var heard = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        for (int count; (count = await socket.ReceiveAsync(buffer, SocketFlags.None, Cancellation)) > 0;)
        {
            heard.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return heard.ToString();
    }

    /// <summary>Ends the connection with a reset.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <summary>The next read must meet a reset.</summary>
    public static async Task AssertResetAsync(this Socket socket)
    {
        var error = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[1], Cancellation));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }
}
