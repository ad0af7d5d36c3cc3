using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>
/// One thread that waits for events of its sockets (epoll(7), edge-triggered) and goes on with who waits for them. Lives as long as the process. An event is
/// <c>u32 events || u64 data</c>, with four bytes between where the processor is not an x64; the data is the socket's serial number and its descriptor.
/// </summary>
internal sealed class EventLoop
{
    private const int EventsAtOnce = 256;

    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int DataOffset = IsPacked ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;

    private readonly int _epoll;
    private readonly Lock _lock = new();

    // By descriptor. A descriptor's next owner has another serial number.
    private IEventTarget?[] _sockets = new IEventTarget?[1_024];

    private int _serials;

    private EventLoop(int epoll) => _epoll = epoll;

    /// <summary>Makes a loop and starts its thread; null where the system does not let it.</summary>
    public static EventLoop? TryStart(string name)
    {
        int epoll = LinuxSocket.CreateEpoll(LinuxSocket.CloseOnExec);
        if (epoll < 0)
        {
            return null;
        }
        var loop = new EventLoop(epoll);
        new Thread(loop.Run) { IsBackground = true, Name = name }.Start();
        return loop;
    }

    /// <summary>A number for one more socket.</summary>
    public uint NextSerial() => (uint)Interlocked.Increment(ref _serials);

    /// <summary>From here on the socket is told of those events, beginning with what is there now.</summary>
    /// <exception cref="SocketException">The system has no room for it.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Add(IEventTarget socket, uint events)
    {
        lock (_lock)
        {
            if (socket.Descriptor >= _sockets.Length)
            {
                var more = new IEventTarget?[Math.Max(socket.Descriptor + 1, _sockets.Length * 2)];
                _sockets.CopyTo(more, 0);
                Volatile.Write(ref _sockets, more);
            }
            _sockets[socket.Descriptor] = socket;
        }
        try
        {
            Control(socket, events, LinuxSocket.Add);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Remove(socket);
            throw;
        }
    }

    /// <summary>Has the socket told once more of what is there now, in its turn.</summary>
    public void Repeat(IEventTarget socket, uint events) => Control(socket, events, LinuxSocket.Modify);

    /// <summary>Forgets a socket that is closed.</summary>
    public void Remove(IEventTarget socket)
    {
        lock (_lock)
        {
            if (socket.Descriptor < _sockets.Length && _sockets[socket.Descriptor] == socket)
            {
                _sockets[socket.Descriptor] = null;
            }
        }
    }

    private void Control(IEventTarget socket, uint events, int operation)
    {
        Span<byte> one = stackalloc byte[EventSize];
        BinaryPrimitives.WriteUInt32LittleEndian(one, events);
        BinaryPrimitives.WriteUInt64LittleEndian(one[DataOffset..], ((ulong)socket.Serial << 32) | (uint)socket.Descriptor);
        if (LinuxSocket.ControlEpoll(_epoll, operation, socket.Handle, ref MemoryMarshal.GetReference(one)) == 0)
        {
            return;
        }
        int error = LinuxError.Last;
        if (error != LinuxError.Exists)
        {
            throw LinuxError.Exception(error);
        }
        // Who waited for the connection to be made added it.
        Control(socket, events, LinuxSocket.Modify);
    }

    private void Run()
    {
        byte[] events = GC.AllocateArray<byte>(EventsAtOnce * EventSize, pinned: true);
        while (true)
        {
            // An interrupted wait gives none.
            int count = LinuxSocket.WaitEpoll(_epoll, ref events[0], EventsAtOnce, milliseconds: -1);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> one = events.AsSpan(i * EventSize, EventSize);
                Tell(BinaryPrimitives.ReadUInt64LittleEndian(one[DataOffset..]), BinaryPrimitives.ReadUInt32LittleEndian(one));
            }
        }
    }

    private void Tell(ulong data, uint events)
    {
        IEventTarget?[] sockets = Volatile.Read(ref _sockets);
        if (sockets[(uint)data] is { } socket && socket.Serial == (uint)(data >> 32))
        {
            socket.Tell(events);
        }
    }
}
