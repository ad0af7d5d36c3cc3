using System.Globalization;
using System.Net.Sockets;

namespace FeBeRelay.Channel.Budgets;

/// <summary>
/// How many descriptors this process may have open, and what of them is for connections. A process that runs out of them does not only fail to accept: its
/// runtime needs some of its own, and ends the process when it gets none.
/// </summary>
public static class DescriptorLimit
{
    /// <summary>Kept for the program itself: its assemblies (two each), logs, timers. A node at rest has 210 to 230.</summary>
    public const int Reserve = 320;

    /// <summary>The least that a node starts with.</summary>
    public const int Minimum = 512;

    /// <summary>Connections where no limit is known, or a very high one.</summary>
    public const int MostConnections = 32_768;

    // What is accepted stops first; what is dialled for it goes on for a little.
    private const int LastForAccepting = 64;
    private const int LastForDialling = 32;

    private static readonly int? OfThisProcess = Read();

    /// <summary>The limit in effect (RLIMIT_NOFILE, which .NET raises to its hard value at start); null where there is none to be read.</summary>
    public static int? Current => OfThisProcess;

    /// <summary>Connections that the limit suffices for: each may need a second descriptor, for the way on.</summary>
    public static int Connections(int? limit) => limit is { } some ? Math.Clamp((some - Reserve - ManagementConnections(limit)) / 2, 1, MostConnections) : MostConnections;

    /// <summary>Connections of who looks at the node: few, but never none because of the others.</summary>
    public static int ManagementConnections(int? limit) => limit is { } some ? Math.Clamp((some - Reserve) / 8, 8, 256) : 256;

    /// <summary>
    /// Whether so many descriptors are open that a connection just accepted must go. A new one has the lowest number that is free, so its number tells how many
    /// there are at least, whatever they are for.
    /// </summary>
    internal static bool IsReachedByAccepting(Socket socket) => IsWithin(socket.SafeHandle, LastForAccepting);

    /// <summary>The same for a socket that is about to be connected.</summary>
    internal static bool IsReachedByDialling(SafeSocketHandle socket) => IsWithin(socket, LastForDialling);

    private static bool IsWithin(SafeSocketHandle socket, int last) => OfThisProcess is { } limit && socket.DangerousGetHandle() >= limit - last;

    private static int? Read()
    {
        const string Name = "Max open files";
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        string line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith(Name, StringComparison.Ordinal));
        string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, CultureInfo.InvariantCulture, out int limit) ? limit : null;
    }
}
