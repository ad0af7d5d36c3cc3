using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>errno(3) as the exceptions that .NET throws for it.</summary>
internal static class LinuxError
{
    public const int TryAgain = 11;
    public const int Exists = 17;
    public const int Already = 114;
    public const int InProgress = 115;

    /// <summary>Of the system call that this thread has just made.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    public static SocketException Exception(int error) => new((int)Of(error));

    private static SocketError Of(int error) => error switch
    {
        1 or 13 => SocketError.AccessDenied,
        12 or 105 => SocketError.NoBufferSpaceAvailable,
        23 or 24 => SocketError.TooManyOpenSockets,
        22 => SocketError.InvalidArgument,
        32 => SocketError.Shutdown,
        97 => SocketError.AddressFamilyNotSupported,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };
}
