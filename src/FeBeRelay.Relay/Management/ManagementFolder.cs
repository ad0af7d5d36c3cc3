using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Management;

/// <summary>
/// The folder that only the node's own user may enter: whoever can open a socket in it has the role in its name. That is safer than a port, which
/// any process of the host may take while the node is down, to be sent the tokens of those who ask for it.
/// </summary>
internal sealed class ManagementFolder(string path)
{
    private const int TokenBytes = 32;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>The longest name in it.</summary>
    public const int LongestName = 20;

    /// <summary>The absolute path.</summary>
    public string Path => path;

    /// <summary>The socket of this host's own users with that role.</summary>
    public string Socket(ManagementRole role) => Named(role, ".sock");

    /// <summary>The socket that the listener leads peers to.</summary>
    public string PeerSocket(ManagementRole role) => System.IO.Path.Combine(path, $"peer-{Name(role)}.sock");

    /// <summary>The file with the token for TCP.</summary>
    public string TokenFile(ManagementRole role) => Named(role, ".token");

    /// <summary>Makes the folder, and refuses one that others may enter.</summary>
    /// <exception cref="NodeStartException">It cannot be had as it must be.</exception>
    public void Create()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                CreateForOwner();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the management folder {path} cannot be made: {e.Message}", "name one that the node's user may write in management:folder, or set management:enabled to false", e);
        }
    }

    /// <summary>The token of a role: the file's, made where there is none.</summary>
    /// <exception cref="NodeStartException">The file cannot be read or made.</exception>
    public string Token(ManagementRole role)
    {
        string file = TokenFile(role);
        try
        {
            if (!File.Exists(file))
            {
                string made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
                OwnerOnlyFile.Create(file, Encoding.ASCII.GetBytes(made + "\n"), isSecret: true);
            }
            string token = File.ReadAllText(file).Trim();
            return token.Length >= TokenBytes ? token : throw new IOException("what is in it is too short for a token");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the token {file} cannot be read: {e.Message}", "delete it: the node makes a new one", e);
        }
    }

    /// <summary>Removes what a crash has left of a socket.</summary>
    /// <exception cref="NodeStartException">A node answers there.</exception>
    public static void MakeWay(string socket)
    {
        if (!File.Exists(socket))
        {
            return;
        }
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(socket));
        }
        catch (SocketException)
        {
            File.Delete(socket);
            return;
        }
        throw new NodeStartException($"another node is managed at {socket}", "give each node a management:folder of its own");
    }

    private string Named(ManagementRole role, string extension) => System.IO.Path.Combine(path, Name(role) + extension);

    private static string Name(ManagementRole role) => role == ManagementRole.Operator ? "operator" : "viewer";

    [UnsupportedOSPlatform("windows")]
    private void CreateForOwner()
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if ((File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new NodeStartException($"others may enter the management folder {path}", $"chmod 700 {path}");
        }
    }
}
