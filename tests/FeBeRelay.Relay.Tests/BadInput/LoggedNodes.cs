using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>Nodes of one test authority on loopback, each with its log kept.</summary>
internal sealed class LoggedNodes : IAsyncDisposable
{
    private readonly List<Node> _nodes = [];
    private AuditLog? _listenerLog;
    private AuditLog? _relayLog;

    public TestAuthority Authority { get; } = TestAuthority.Create(now: DateTimeOffset.UtcNow);

    public CollectedLog ListenerLog { get; } = new();

    public CollectedLog RelayLog { get; } = new();

    public CollectedAudit ListenerAudit { get; } = new();

    public CollectedAudit RelayAudit { get; } = new();

    public TimeProvider RelayClock { get; init; } = TimeProvider.System;

    public TimeProvider ListenerClock { get; init; } = TimeProvider.System;

    /// <summary>What the listener counted of clear bytes.</summary>
    public ClearByteLedger ListenerLedger => _listenerLog!.ClearBytes;

    /// <summary>What the relay counted.</summary>
    public ClearByteLedger RelayLedger => _relayLog!.ClearBytes;

    /// <summary>What decides at the listeners.</summary>
    public EffectivePolicy ListenerPolicy { get; init; } = new(NodePolicy.Of(Posture.SecureServer));

    public Node StartListener(IPEndPoint nodePort, CollectedLog log, params IReadOnlyList<Service> services) =>
        StartListener(Identity(TestNodes.BackEndName), nodePort, log, services);

    public Node StartListener(NodeIdentity identity, params IReadOnlyList<Service> services) =>
        StartListener(identity, new IPEndPoint(IPAddress.Loopback, 0), ListenerLog, services);

    public Node StartListener(NodeIdentity identity, IPEndPoint nodePort, CollectedLog log, params IReadOnlyList<Service> services) => Start(
        new NodeOptions
        {
            Name = "be",
            Identity = identity,
            NodePorts = [nodePort],
            Services = services,
            Policy = ListenerPolicy,
            Audit = _listenerLog = ListenerAudit.LogOf("be", ListenerClock),
        },
        ListenerClock,
        log);

    public Node StartListener(params IReadOnlyList<Service> services) => StartListener(new IPEndPoint(IPAddress.Loopback, 0), ListenerLog, services);

    /// <summary>A relay with one endpoint for each peer, named like it.</summary>
    public Node StartRelay(string service, params IReadOnlyList<PeerNode> peers) => StartRelay(TestNodes.FrontEndName, service, peers);

    public Node StartRelay(string name, string service, params IReadOnlyList<PeerNode> peers) => StartRelay(Identity(name), name, service, peers);

    public Node StartRelay(NodeIdentity identity, string name, string service, params IReadOnlyList<PeerNode> peers) => Start(
        new NodeOptions
        {
            Name = name,
            Identity = identity,
            Audit = RelayAudit.LogOf(name, RelayClock),
            Peers = peers,
            Endpoints = [.. peers.Select(p => new EndpointOptions(p.Name, new IPEndPoint(IPAddress.Loopback, 0), p.Name, service))],
        },
        RelayClock,
        RelayLog);

    /// <summary>A relay of those options, and this one's log.</summary>
    public Node StartRelay(NodeOptions options) =>
        Start(options with { Audit = _relayLog = RelayAudit.LogOf(options.Name, RelayClock) }, RelayClock, RelayLog);

    public static Service ServiceOf(BackEndStub backEnd, string name = "owa", string peer = TestNodes.FrontEndName) =>
        new(name, backEnd.EndPoint, [peer], ProxyProtocol: false);

    /// <summary>The same with a port of its own.</summary>
    public static Service OpenServiceOf(BackEndStub backEnd) =>
        ServiceOf(backEnd) with { Listen = new IPEndPoint(IPAddress.Loopback, 0), Quiet = TimeSpan.FromMilliseconds(50) };

    public static PeerNode PeerAt(Node listener) => new("be", listener.NodePorts[0], TestNodes.BackEndName);

    public static async Task<Socket> ConnectAsync(EndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>An application's connection ends as a reset, not as an end that could pass for a whole answer.</summary>
    public static async Task AssertResetAsync(EndPoint endpoint)
    {
        // On a busy machine the reset may be there before the connection is.
        SocketException e = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket application = await ConnectAsync(endpoint);
            await application.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken);
        });
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
    }

    /// <summary>A question goes to the back end and its answer comes back.</summary>
    public static async Task AssertServedAsync(EndPoint endpoint, BackEndStub backEnd)
    {
        using Socket application = await ConnectAsync(endpoint);
        await application.SendAsync("question"u8.ToArray());
        application.Shutdown(SocketShutdown.Send);
        using Socket served = await backEnd.AcceptAsync();
        Assert.Equal("question", await StreamTests.ReadToEndAsync(served));
        await served.SendAsync("answer"u8.ToArray());
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer", await StreamTests.ReadToEndAsync(application));
    }

    /// <summary>A good peer is served, and the log still has the one warning that it should have.</summary>
    public async Task AssertServesOnAfterOneWarningAsync(Node listener, BackEndStub backEnd, params string[] words)
    {
        await Eventually.TrueAsync(() => ListenerLog.Warnings.Count > 0);
        await AssertServedAsync(StartRelay("owa", PeerAt(listener)).EndPointOf("be"), backEnd);
        AssertOneWarning(ListenerLog, words);
        Assert.Empty(RelayLog.Warnings);
    }

    public static void AssertOneWarning(CollectedLog log, params string[] words)
    {
        string warning = Assert.Single(log.Warnings);
        Assert.All(words, word => Assert.Contains(word, warning, StringComparison.Ordinal));
    }

    public NodeIdentity Identity(string name)
    {
        using X509Certificate2 leaf = Authority.Issue(name);
        return Identity(leaf, [PeerRole.Initiator, PeerRole.Responder], Suite.Aes256Gcm);
    }

    /// <summary>Of a certificate that peers will refuse too: it is not held to what they want.</summary>
    public NodeIdentity UncheckedIdentity(X509Certificate2 leaf) => Identity(leaf, [], Suite.Aes256Gcm);

    public NodeIdentity Identity(X509Certificate2 leaf, IReadOnlyCollection<PeerRole> roles, Suite suite)
    {
        NodeCertificate certificate = NodeCertificate.FromCertificate(leaf, [], roles, TimeProvider.System);
        return new NodeIdentity(
            certificate, TrustedRoots.FromCertificates(Authority.Certificate), [suite], [Group.P256], Lifetimes.Default, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Node node in Enumerable.Reverse(_nodes))
        {
            await node.DisposeAsync();
        }
        Authority.Dispose();
    }

    private Node Start(NodeOptions options, TimeProvider clock, CollectedLog log)
    {
        var node = new Node(options, clock, log);
        _nodes.Add(node);
        // Without http endpoints it is done when it returns.
        node.StartAsync().GetAwaiter().GetResult();
        return node;
    }
}
