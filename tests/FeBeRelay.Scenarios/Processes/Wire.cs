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
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation);
    }

    /// <summary>Reads as many bytes as that, or fewer where the other side ends before.</summary>
    public static async Task<string> HearAsync(this Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        int heard = await stream.ReadAtLeastAsync(buffer, count, throwOnEndOfStream: false, Cancellation);
        return Encoding.Latin1.GetString(buffer, 0, heard);
    }

    /// <summary>Reads up to the other side's end.</summary>
    public static async Task<string> HearAllAsync(this Socket socket)
    {
        using var heard = new MemoryStream();
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.CopyToAsync(heard, Cancellation);
        return Encoding.Latin1.GetString(heard.ToArray());
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
