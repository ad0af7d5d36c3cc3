using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>The way between two nodes: it can end all of its connections in order or by a reset, in the middle of anything, and hold all bytes back for a while.</summary>
internal sealed class FaultyWay : IDisposable
{
    private readonly StubServer _listening = new();
    private readonly ConcurrentDictionary<Carried, bool> _carried = new();
    private TaskCompletionSource? _held;

    public FaultyWay(EndPoint target) => _ = _listening.ServeAsync(near => CarryAsync(near, target));

    public EndPoint EndPoint => _listening.EndPoint;

    /// <summary>Ends all connections; what is under way is lost. Without a reset nothing in TCP says so.</summary>
    public void Cut(bool withReset)
    {
        foreach (Carried connection in _carried.Keys)
        {
            connection.Cut(withReset);
        }
    }

    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => Interlocked.Exchange(ref _held, null)?.SetResult();

    public void Dispose() => _listening.Dispose();

    private async Task CarryAsync(Socket near, EndPoint target)
    {
        using Socket far = Wire.New(target);
        var connection = new Carried(near, far);
        try
        {
            await far.ConnectAsync(target);
            _carried[connection] = true;
            await Task.WhenAll(PumpAsync(connection, near, far), PumpAsync(connection, far, near));
        }
        catch (SocketException)
        {
            near.Reset();
        }
        _carried.TryRemove(connection, out _);
    }

    private async Task PumpAsync(Carried connection, Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                await (_held?.Task ?? Task.CompletedTask);
                await to.SendAsync(buffer.AsMemory(0, count));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            connection.Cut(withReset: !connection.IsCut);
        }
    }

    private sealed record Carried(Socket Near, Socket Far)
    {
        public bool IsCut { get; private set; }

        public void Cut(bool withReset)
        {
            IsCut = true;
            foreach (Socket socket in (Socket[])[Near, Far])
            {
                try
                {
                    if (withReset)
                    {
                        socket.Reset();
                    }
                    else
                    {
                        socket.Shutdown(SocketShutdown.Both);
                    }
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // It has ended already.
                }
            }
        }
    }
}
