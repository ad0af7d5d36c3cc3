using System.Net.Sockets;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>One client on a raw socket, the nodes, and one back end whose connections the test drives by hand.</summary>
internal sealed class Hop : IAsyncDisposable
{
    private readonly List<IDisposable> _sockets = [];

    private readonly ITestedProxy _proxy;

    private Hop(HttpNodes nodes)
    {
        Nodes = nodes;
        _proxy = HopSettings.ProxyFor(nodes);
    }

    /// <summary>The nodes; not started where a stock YARP stands in for them.</summary>
    public HttpNodes Nodes { get; }

    public BackEndStub BackEnd { get; } = new();

    /// <summary>The first client.</summary>
    public HttpClientSocket Client { get; private set; } = null!;

    public static async Task<Hop> StartAsync(HttpNodes? nodes = null)
    {
        var hop = new Hop(nodes ?? new HttpNodes());
        await hop._proxy.StartAsync(hop.BackEnd.EndPoint);
        hop.Client = await hop.ConnectAsync();
        return hop;
    }

    /// <summary>Another client.</summary>
    public async Task<HttpClientSocket> ConnectAsync() => Kept(await _proxy.ConnectAsync());

    public Task HasIdleAsync(int connections) => _proxy.HasIdleAsync(connections);

    /// <summary>The next connection that the back end gets.</summary>
    public async Task<HttpClientSocket> AcceptAsync()
    {
        Socket socket = await BackEnd.AcceptAsync().WaitAsync(HopSettings.Patience, TestContext.Current.CancellationToken);
        socket.NoDelay = true;
        return Kept(new HttpClientSocket(socket));
    }

    /// <summary>Sends the client's request and reads its head at a new connection of the back end.</summary>
    public async Task<(HttpClientSocket Served, string Head)> AskAsync(string request)
    {
        await Client.SendAsync(request);
        HttpClientSocket served = await AcceptAsync();
        return (served, await served.ReadHeadAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _sockets.ForEach(s => s.Dispose());
        BackEnd.Dispose();
        await _proxy.DisposeAsync();
    }

    private HttpClientSocket Kept(HttpClientSocket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
