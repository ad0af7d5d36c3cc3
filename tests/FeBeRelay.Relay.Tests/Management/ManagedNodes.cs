using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Management;

/// <summary>Two nodes with one channel between them, of which the relay can be managed by sockets and on loopback.</summary>
internal sealed class ManagedNodes : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feberelay-m-");
    private readonly BackEndStub _backEnd = new();

    private ManagedNodes()
    {
        Folder = new ManagementFolder(Path.Combine(_folder.FullName, "fe"));
        Nodes = new TestNodes
        {
            WithRelay = options => options with
            {
                Management = new ManagementOptions(Folder.Path, [new IPEndPoint(IPAddress.Loopback, 0)], []),
                Audit = Audit.LogOf("fe", TimeProvider.System),
            },
        };
    }

    public ManagementFolder Folder { get; }

    public TestNodes Nodes { get; }

    public CollectedAudit Audit { get; } = new();

    public BackEndStub BackEnd => _backEnd;

    public Uri Address => Nodes.Relay.Management!.Addresses[0];

    public Association Association => Nodes.Relay.Associations.All.Single();

    public static async Task<ManagedNodes> StartAsync()
    {
        var nodes = new ManagedNodes();
        nodes.Nodes.Start(nodes._backEnd.EndPoint);
        await nodes.VisitAsync();
        return nodes;
    }

    /// <summary>One connection of an application, from its beginning to its end.</summary>
    public async Task VisitAsync()
    {
        using Socket client = await Nodes.ConnectAsync();
        client.Shutdown(SocketShutdown.Send);
        using Socket served = await _backEnd.AcceptAsync();
        served.Shutdown(SocketShutdown.Send);
        Assert.Empty(await StreamTests.ReadToEndAsync(client));
        await Eventually.TrueAsync(() => Nodes.Relay.IdleChannels == 1);
    }

    public string Token(ManagementRole role) => File.ReadAllText(Folder.TokenFile(role)).Trim();

    /// <summary>A client on loopback, with the token of a role or without one.</summary>
    public HttpClient Client(ManagementRole role)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = role == ManagementRole.None ? null : new AuthenticationHeaderValue("Bearer", Token(role));
        return client;
    }

    /// <summary>
    /// Sends bytes as they stand and gives  the answer's status and text. {port}, {viewer}, {operator} and {id} in them are replaced.
    /// </summary>
    public async Task<(int Status, string Text)> SendAsync(string request)
    {
        string text = request.Replace("{port}", $"{Address.Port}", StringComparison.Ordinal)
            .Replace("{viewer}", Token(ManagementRole.Viewer), StringComparison.Ordinal)
            .Replace("{operator}", Token(ManagementRole.Operator), StringComparison.Ordinal)
            .Replace("{id}", Association.Id, StringComparison.Ordinal);
        using Socket socket = await LoggedNodes.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Address.Port));
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        string answer = await ReadAsync(socket);
        return (int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), answer);
    }

    public async ValueTask DisposeAsync()
    {
        await Nodes.DisposeAsync();
        _backEnd.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>An answer that refuses a body may be followed by a reset: what was read until then counts.</summary>
    private static async Task<string> ReadAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[8_192];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException) when (text.Length > 0)
        {
        }
        return text.ToString();
    }
}
