using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>A listening socket that the test holds, as systemd does, and hands to one process after another, or to two at once.</summary>
internal sealed class HeldSockets : IDisposable
{
    private const int SetDescriptorFlags = 2;

    private readonly string _name;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <param name="name">Its name for the process that gets it.</param>
    public HeldSockets(string name)
    {
        _name = name;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen(1024);
        // Not to be closed when a program is started.
        Marshal.ThrowExceptionForHR(SetFlags((int)_socket.Handle, SetDescriptorFlags, 0));
    }

    /// <summary>Where it listens, in the words of a configuration file.</summary>
    public string Address => _socket.LocalEndPoint!.ToString()!;

    /// <summary>The command, started with the socket in the place where a service manager puts it.</summary>
    public string[] Activate(string[] command) =>
    [
        "bash", "-c", string.Create(CultureInfo.InvariantCulture, $"exec 3<&{_socket.Handle}; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES={_name}; exec \"$@\""),
        "bash", .. command,
    ];

    public void Dispose() => _socket.Dispose();

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int SetFlags(int descriptor, int command, int flags);
}
