using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Policy;

/// <summary>Stands where clear bytes go, counts those that come, and passes them on: ends as ends, resets as resets.</summary>
internal sealed class CountingProxy : IDisposable
{
    private readonly StubServer _listening = new();
    private long _bytes;

    public CountingProxy(EndPoint target) => _ = _listening.ServeAsync(near => CarryAsync(near, target));

    public EndPoint EndPoint => _listening.EndPoint;

    /// <summary>Bytes that a relay sent clear.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Dispose() => _listening.Dispose();

    private async Task CarryAsync(Socket near, EndPoint target)
    {
        using Socket far = Wire.New(target);
        try
        {
            await far.ConnectAsync(target);
            await Task.WhenAll(PumpAsync(near, far, isCounted: true), PumpAsync(far, near, isCounted: false));
        }
        catch (SocketException)
        {
            near.Reset();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isCounted)
    {
        byte[] buffer = new byte[4096];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                if (isCounted)
                {
                    Interlocked.Add(ref _bytes, count);
                }
                await to.SendAsync(buffer.AsMemory(0, count));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Reset();
            to.Reset();
        }
    }
}
