using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Channel.Transport;

/// <summary>The listening sockets that the process was started with, by name; several may have one name. Not thread-safe.</summary>
public sealed class InheritedSockets
{
    private readonly List<KeyValuePair<string, Socket>> _waiting;

    /// <param name="sockets">Names and sockets; owned from here on.</param>
    public InheritedSockets(IEnumerable<KeyValuePair<string, Socket>> sockets) => _waiting = [.. sockets];

    /// <summary>None: every socket is bound.</summary>
    public static InheritedSockets None => new([]);

    /// <summary>Those that nothing has taken, each with its address.</summary>
    public IReadOnlyList<string> NotTaken => [.. _waiting.Select(s => $"{s.Key} on {s.Value.LocalEndPoint}")];

    /// <summary>The socket of that name on that address, port 0 being any; null where there is none. Its new owner closes it.</summary>
    public Socket? Take(string name, EndPoint endPoint) => Take(n => n == name, endPoint);

    /// <summary>The same for any name of that beginning.</summary>
    public Socket? TakeAny(string prefix, EndPoint endPoint) => Take(n => n.StartsWith(prefix, StringComparison.Ordinal), endPoint);

    private Socket? Take(Func<string, bool> isNamed, EndPoint endPoint)
    {
        int found = _waiting.FindIndex(s => isNamed(s.Key) && IsAt(s.Value.LocalEndPoint!, endPoint));
        if (found < 0)
        {
            return null;
        }
        Socket socket = _waiting[found].Value;
        _waiting.RemoveAt(found);
        return socket;
    }

    private static bool IsAt(EndPoint actual, EndPoint asked) => (actual, asked) switch
    {
        (IPEndPoint one, IPEndPoint other) => one.Address.Equals(other.Address) && (other.Port == 0 || one.Port == other.Port),
        (UnixDomainSocketEndPoint one, UnixDomainSocketEndPoint other) => one.ToString() == other.ToString(),
        _ => false,
    };
}
