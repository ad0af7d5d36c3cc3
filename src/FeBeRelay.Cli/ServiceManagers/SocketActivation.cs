using System.Globalization;
using System.Net.Sockets;
using FeBeRelay.Channel.Transport;

namespace FeBeRelay.Cli.ServiceManagers;

/// <summary>
/// The sockets that a service manager opened for this process: descriptors from 3 on, described by LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES (sd_listen_fds(3)).
/// </summary>
internal static class SocketActivation
{
    private const int FirstDescriptor = 3;

    /// <summary>Takes them, if they are meant for this process and not for one that started it.</summary>
    /// <exception cref="UserError">The variables contradict each other, or a descriptor is no listening socket.</exception>
    public static InheritedSockets Take(IReadOnlyDictionary<string, string> environment, int processId)
    {
        if (OperatingSystem.IsWindows() || NumberOf(environment, "LISTEN_PID") != processId || NumberOf(environment, "LISTEN_FDS") is not (> 0 and var count))
        {
            return InheritedSockets.None;
        }
        string[] names = environment.GetValueOrDefault("LISTEN_FDNAMES", "").Split(':');
        if (names.Length != count)
        {
            throw Wrong($"LISTEN_FDNAMES has {names.Length} names for {count} sockets");
        }
        return new InheritedSockets([.. names.Select((name, i) => KeyValuePair.Create(name, Open(name, FirstDescriptor + i)))]);
    }

    private static Socket Open(string name, int descriptor)
    {
        try
        {
            // Its close-on-exec flag stays off: .NET then knows that others may hold the socket, and never shuts it down for them.
            var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            return socket.SocketType == SocketType.Stream && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! == 1
                ? socket
                : throw Wrong($"descriptor {descriptor} ({name}) is a socket that does not listen");
        }
        catch (SocketException e)
        {
            throw Wrong($"descriptor {descriptor} ({name}) is no socket: {e.Message}");
        }
    }

    private static UserError Wrong(string what) =>
        new(ExitCode.Failed, $"the sockets that the process was started with cannot be used: {what}", "in a .socket unit: ListenStream=, Accept=no, FileDescriptorName=; then Service= or Sockets=");

    private static int? NumberOf(IReadOnlyDictionary<string, string> environment, string variable) =>
        int.TryParse(environment.GetValueOrDefault(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
