using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Load.Candidates;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Loads;

/// <summary>Many connections that each got one answer and then say nothing: what they hold of memory.</summary>
internal static class IdleRun
{
    // Who lets go of what he does not need has done so by then.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(25);
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /1k HTTP/1.1\r\nHost: idle\r\n\r\n");

    public static async Task<Sample> MeasureAsync(RunningCandidate relay, int connections, CancellationToken cancellation)
    {
        long empty = ProcessTree.ResidentBytes(relay.Processes);
        double before = ProcessTree.CpuMicroseconds(relay.Processes);
        var clock = Stopwatch.StartNew();
        var sockets = new List<Socket>(connections);
        int failed = 0;
        try
        {
            foreach (int[] some in Enumerable.Range(0, connections).Chunk(32))
            {
                bool[] answered = await Task.WhenAll(some.Select(_ => ConnectAsync(relay.Target, sockets, cancellation)));
                failed += answered.Count(a => !a);
            }
            double seconds = clock.Elapsed.TotalSeconds;
            await Task.Delay(Settling, cancellation);
            return new Sample
            {
                Requests = connections,
                Seconds = seconds,
                Bytes = 0,
                Errors = failed,
                P50 = 0,
                P99 = 0,
                P999 = 0,
                CpuMicroseconds = ProcessTree.CpuMicroseconds(relay.Processes) - before,
                ResidentBytes = ProcessTree.ResidentBytes(relay.Processes),
                EmptyBytes = empty,
            };
        }
        finally
        {
            foreach (Socket socket in sockets)
            {
                socket.Dispose();
            }
        }
    }

    private static async Task<bool> ConnectAsync(IPEndPoint target, List<Socket> sockets, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        lock (sockets)
        {
            sockets.Add(socket);
        }
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            await socket.ConnectAsync(target, deadline.Token);
            await socket.SendAsync(Request, deadline.Token);
            var answer = new byte[4_096];
            int received = 0;
            while (received < 1 << 10)
            {
                int count = await socket.ReceiveAsync(answer.AsMemory(received), deadline.Token);
                if (count == 0)
                {
                    return false;
                }
                received += count;
            }
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }
}
