using System.Runtime.InteropServices;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>
/// The system calls of socket(7) and epoll(7) that <c>System.Net.Sockets</c> does not give as they are. A call on a handle that was disposed throws
/// <see cref="ObjectDisposedException"/>; it never reaches another connection that has the same number by now.
/// </summary>
internal static partial class LinuxSocket
{
    // Values of Linux on every processor that .NET runs on.
    public const int Internet = 2;
    public const int InternetV6 = 10;
    public const int Stream = 1;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int DoNotWait = 0x40;
    public const int NoSignal = 0x4000;
    public const int Add = 1;
    public const int Modify = 3;
    public const uint Readable = 0x1;
    public const uint Urgent = 0x2;
    public const uint Writable = 0x4;
    public const uint Failed = 0x8;
    public const uint HungUp = 0x10;
    public const uint PeerEnded = 0x2000;
    public const uint Once = 1u << 30;
    public const uint EdgeTriggered = 1u << 31;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, ref byte buffer, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeHandle socket, ref readonly byte bytes, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Create(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeHandle socket, ref readonly byte address, int size);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(SafeHandle socket, ref readonly byte address, int size);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEpoll(int epoll, int operation, SafeHandle socket, ref byte @event);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitEpoll(int epoll, ref byte events, int most, int milliseconds);
}
