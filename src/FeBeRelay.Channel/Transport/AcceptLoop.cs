using System.Net.Sockets;
using FeBeRelay.Channel.Budgets;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Transport;

/// <summary>Accepts until it is told to stop, and survives what accepting may fail of: aborted connections, no descriptors or memory left.</summary>
public static class AcceptLoop
{
    private const int LinesPerMinute = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Hands each accepted connection out, on another thread than the one that serves sockets' events.</summary>
    /// <param name="listening">The socket; disposing it ends the loop.</param>
    /// <param name="accepted">Takes the connection over; must throw nothing but <see cref="OutOfMemoryException"/>, after which it is reset here.</param>
    /// <param name="time">The clock of the pause after a failure.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancellation">Ends the loop.</param>
    public static async Task RunAsync(Socket listening, Action<Socket> accepted, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var lines = new LogRation(LinesPerMinute, time);
        while (!cancellation.IsCancellationRequested)
        {
            Socket? socket = null;
            try
            {
                socket = await listening.AcceptAsync(cancellation).ConfigureAwait(false);
                accepted(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted || cancellation.IsCancellationRequested)
            {
                // The socket was disposed: that is not a failure, and nobody cancels a moment before it.
                return;
            }
            catch (Exception e) when (e is SocketException or OutOfMemoryException)
            {
                if (socket is not null)
                {
                    SocketTuning.Reset(socket);
                }
                if (lines.TryTake(out long held))
                {
                    ChannelLog.AcceptFailed(logger, held == 0 ? e.Message : $"{e.Message} ({held} times more before)");
                }
                await Task.Delay(Pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
