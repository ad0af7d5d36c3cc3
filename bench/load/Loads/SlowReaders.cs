using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FeBeRelay.Load.Loads;

/// <summary>Connections that ask for 10 MiB and read 4 KiB twenty times a second: whatever stands between fills its buffers for them, and must go on for others.</summary>
internal sealed class SlowReaders : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /10m HTTP/1.1\r\nHost: slow\r\n\r\n");

    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _readers = [];

    public static async Task<SlowReaders> StartAsync(IPEndPoint target, int count, CancellationToken cancellation)
    {
        var readers = new SlowReaders();
        for (int i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(target, cancellation);
            await socket.SendAsync(Request, cancellation);
            readers._readers.Add(readers.ReadAsync(socket));
        }
        return readers;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_readers);
        _ending.Dispose();
    }

    private async Task ReadAsync(Socket socket)
    {
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer, _ending.Token) > 0)
            {
                await Task.Delay(Pause, _ending.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The turn is over.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
