using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>A running proxy whose back end is the scripted one. Disposing it ends it and removes its folder.</summary>
internal abstract class Proxy : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    /// <summary>A folder of its own.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("feberelay-conformance-").FullName;

    /// <summary>Where it takes what goes to the back end.</summary>
    public Uri Target { get; protected set; } = new("http://127.0.0.1:0");

    /// <summary>Where it distrusts its clients and adds fields; null where it cannot.</summary>
    public Uri? PolicyTarget { get; protected set; }

    /// <summary>Gives what it has told its operator; null where it has no log.</summary>
    public Func<string>? ReadLog { get; protected set; }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A port that is free now.</summary>
    protected static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    protected static Uri UrlOf(int port) => new UriBuilder("http", "127.0.0.1", port).Uri;

    protected async Task<string> WriteAsync(string file, string content)
    {
        string path = Path.Combine(Folder, file);
        await File.WriteAllTextAsync(path, content);
        return path;
    }

    /// <summary>Ends with the proxy, the last first.</summary>
    protected T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }
}
