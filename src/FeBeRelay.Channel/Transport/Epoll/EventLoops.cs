namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>
/// The event loops of this process, one for each processor. They are for programs whose every continuation is short, as a node's: what waits for a socket goes on
/// upon the loop's thread. A library's users are not asked that, so who wants them says so, once, before the first connection.
/// </summary>
public static class EventLoops
{
    private static readonly Lazy<EventLoop[]> Started = new(Start);
    private static volatile bool _areWanted;
    private static int _next;

    /// <summary>Uses event loops from here on where the system has them: Linux.</summary>
    public static void Use() => _areWanted = OperatingSystem.IsLinux();

    /// <summary>The loop for one more socket; null where .NET's own threads are used.</summary>
    internal static EventLoop? For(StreamSocket? near)
    {
        if (near is not null)
        {
            return (near as LoopStreamSocket)?.Loop;
        }
        return !_areWanted || Started.Value.Length == 0 ? null : Next();
    }

    private static EventLoop Next() => Started.Value[(uint)Interlocked.Increment(ref _next) % Started.Value.Length];

    private static EventLoop[] Start()
    {
        try
        {
            return [.. Enumerable.Range(0, Environment.ProcessorCount).Select(i => EventLoop.TryStart($"event loop {i}")).OfType<EventLoop>()];
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library under another name: .NET's own way remains.
            return [];
        }
    }
}
