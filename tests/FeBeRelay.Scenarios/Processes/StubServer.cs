using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>A back end whose connections the test drives by hand.</summary>
internal sealed class StubServer : IDisposable
{
    private readonly Socket _listening;

    public StubServer(EndPoint? endPoint = null)
    {
        EndPoint asked = endPoint ?? new IPEndPoint(IPAddress.Loopback, 0);
        _listening = Wire.New(asked);
        _listening.Bind(asked);
        _listening.Listen(1024);
    }

    public EndPoint EndPoint => _listening.LocalEndPoint!;

    public Task<Socket> AcceptAsync() => _listening.AcceptAsync(TestContext.Current.CancellationToken).AsTask();

    /// <summary>Serves every connection in the same way until the server is disposed.</summary>
    public async Task ServeAsync(Func<Socket, Task> serve)
    {
        try
        {
            while (true)
            {
                _ = ServeOneAsync(await AcceptAsync(), serve);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Disposed: the scenario is over.
        }
    }

    public void Dispose() => _listening.Dispose();

    private static async Task ServeOneAsync(Socket socket, Func<Socket, Task> serve)
    {
        using (socket)
        {
            await serve(socket);
        }
    }
}
