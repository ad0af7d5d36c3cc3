using System.Collections.Concurrent;
using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// Connections on which both ends talk and nobody listens, until they are told to: every buffer on the way is full then. What each end hears at last must be a
/// beginning of what the other said, and a clean end may come only behind the whole of it.
/// </summary>
internal sealed class Standoff
{
    private readonly byte[] _said = new byte[1_500_000];
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _over;
    private int _whole;

    public Standoff() => new Random(17).NextBytes(_said);

    /// <summary>Ends that heard the whole of it.</summary>
    public int Whole => Volatile.Read(ref _whole);

    /// <summary>Ends that saw an error.</summary>
    public int Cut => Volatile.Read(ref _over) - Whole;

    /// <summary>What must not be: short with a clean end, or changed.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>From now on everybody listens.</summary>
    public void Listen() => _listening.TrySetResult();

    /// <summary>Connects that many clients.</summary>
    public Task[] Begin(NodePair nodes, int clients) => [.. Enumerable.Range(0, clients).Select(_ => Task.Run(() => ConnectAsync(nodes)))];

    /// <summary>Waits until every connection that was begun, of clients and at the back end, has ended or seen an error.</summary>
    public async Task OverAsync(Task[] clients)
    {
        await Task.WhenAll(clients);
        while (Volatile.Read(ref _over) < Volatile.Read(ref _begun))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>One end.</summary>
    public async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _begun);
        using var heard = new MemoryStream();
        Task<bool> saying = SayAsync(socket);
        await _listening.Task;
        bool isEnded = await OrderWire.HearAsync(socket, heard);
        // An error is told once: if what was said met it, what is heard ends without.
        Judge(heard, await saying && isEnded);
        Interlocked.Increment(ref _over);
    }

    private async Task ConnectAsync(NodePair nodes)
    {
        try
        {
            using Socket socket = await nodes.ConnectAsync();
            await ServeAsync(socket);
        }
        catch (SocketException)
        {
            // Refused: the relay is down.
            Interlocked.Increment(ref _begun);
            Interlocked.Increment(ref _over);
        }
    }

    private async Task<bool> SayAsync(Socket socket)
    {
        try
        {
            socket.SendBufferSize = 16 * 1024;
            await OrderWire.SendAsync(socket, _said);
            socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Judge(MemoryStream heard, bool isClean)
    {
        if (!_said.AsSpan().StartsWith(heard.GetBuffer().AsSpan(0, (int)heard.Length)))
        {
            _violations.Enqueue("changed");
        }
        if (isClean && heard.Length == _said.Length)
        {
            Interlocked.Increment(ref _whole);
        }
        else if (isClean && heard.Length > 0)
        {
            // Nothing at all is what the system sends for a process that ended before it took the connection over.
            _violations.Enqueue($"a clean end after {heard.Length} bytes");
        }
    }
}
