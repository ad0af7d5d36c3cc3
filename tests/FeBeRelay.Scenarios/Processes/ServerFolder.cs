using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>A folder for a server's files, which everybody may enter: servers give up root's rights.</summary>
internal sealed class ServerFolder : IDisposable
{
    private const UnixFileMode OpenFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode OpenFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public ServerFolder(string name)
    {
        Path = Directory.CreateTempSubdirectory($"feberelay-{name}-").FullName;
        Make("");
    }

    public string Path { get; }

    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>A port of loopback that is free now.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A folder inside.</summary>
    public string Make(string folder)
    {
        string path = this[folder];
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OpenFolder);
        }
        return path;
    }

    public string Write(string file, string content)
    {
        File.WriteAllText(this[file], content);
        Open(file);
        return this[file];
    }

    /// <summary>Lets everybody read a file.</summary>
    public void Open(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(this[file], OpenFile);
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
