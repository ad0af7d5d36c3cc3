using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Relay.Tests.Policies.Outbound;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Tests.Http.Policy;

/// <summary>A relay with one http endpoint under one rule, towards anything: requests are answered by the clear server, by the protected one, or by the relay itself.</summary>
internal sealed class HttpPolicyNodes : IAsyncDisposable
{
    public const string Clear = "clear";
    public const string Protected = "protected";
    public const string Endpoint = "web";

    private Node? _relay;

    public HttpPolicyNodes(TimeProvider? clock = null) => Nodes = new LoggedNodes { RelayClock = clock ?? TimeProvider.System };

    public LoggedNodes Nodes { get; }

    /// <summary>Gets what the relay sends clear.</summary>
    public HttpServerStub ClearServer { get; } = new(Clear);

    /// <summary>Gets what arrives protected at the listener.</summary>
    public HttpServerStub BackEnd { get; } = new(Protected);

    public Node Relay => _relay ?? throw new InvalidOperationException("not started");

    public CollectedAudit Audit => Nodes.RelayAudit;

    public CollectedLog Log => Nodes.RelayLog;

    public EffectivePolicy Policy { get; private set; } = new(OutboundNodes.PolicyOf(Posture.SecureServer.Rule));

    public bool HasClearTo { get; init; } = true;

    /// <summary>The node's guard; tests about other things switch it off.</summary>
    public GuardMode Guard { get; init; } = GuardMode.Off;

    /// <summary>Further configuration.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    public IPAddress? SourceAddress { get; init; }

    public Node StartListener(NodeIdentity? identity = null)
    {
        var service = new Service("owa", BackEnd.EndPoint, [TestNodes.FrontEndName], ProxyProtocol: false);
        return identity is null ? Nodes.StartListener(service) : Nodes.StartListener(identity, service);
    }

    public HttpPolicyNodes StartRelay(PolicyRule rule, IPEndPoint peer)
    {
        Policy = new EffectivePolicy(OutboundNodes.PolicyOf(rule));
        var values = new Dictionary<string, string?>
        {
            [$"Kestrel:Endpoints:{Endpoint}:Url"] = "http://127.0.0.1:0",
            ["ReverseProxy:Routes:all:ClusterId"] = "mail",
            ["ReverseProxy:Routes:all:Match:Path"] = "{**all}",
            ["ReverseProxy:Clusters:mail:Destinations:d0:Address"] = "febe://owa@be",
        };
        if (HasClearTo)
        {
            values["ReverseProxy:Clusters:mail:Destinations:d0:Metadata:clearTo"] = ClearServer.EndPoint.ToString();
        }
        foreach ((string key, string? value) in Settings)
        {
            values[key] = value;
        }
        _relay = Nodes.StartRelay(new NodeOptions
        {
            Name = TestNodes.FrontEndName,
            Identity = Nodes.Identity(TestNodes.FrontEndName),
            Peers = [new PeerNode("be", peer, TestNodes.BackEndName) { SourceAddress = SourceAddress }],
            Http = new HttpOptions(new ConfigurationBuilder().AddInMemoryCollection(values).Build()) { Guard = Guard },
            Policy = Policy,
        });
        return this;
    }

    public async Task<HttpClientSocket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Relay.Http!.Addresses[0].Port);
        return new HttpClientSocket(socket);
    }

    /// <summary>One request on a connection of its own: status, and the body or what the page says of the step.</summary>
    public async Task<(int Status, string Body)> AskAsync(string fields = "", string method = "GET", string body = "")
    {
        using HttpClientSocket client = await ConnectAsync();
        return await AskAsync(client, fields, method, body);
    }

    public static async Task<(int Status, string Body)> AskAsync(HttpClientSocket client, string fields = "", string method = "GET", string body = "")
    {
        string length = body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "";
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: h\r\n{fields}{length}\r\n{body}");
        string head = await client.ReadHeadAsync();
        int count = int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
        return (int.Parse(head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), await client.ReadAsync(count));
    }

    /// <summary>Not even a connection was made to where clear bytes go.</summary>
    public void AssertNothingWentClear() => Xunit.Assert.Equal((0, 0), (ClearServer.Connections, ClearServer.Requests.Count));

    public async ValueTask DisposeAsync()
    {
        await Nodes.DisposeAsync();
        ClearServer.Dispose();
        BackEnd.Dispose();
    }
}
