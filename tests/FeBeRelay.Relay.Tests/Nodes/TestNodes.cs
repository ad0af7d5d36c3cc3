using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Services;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>A relay node and a listener node in this process, on loopback, with certificates of one test authority.</summary>
internal sealed class TestNodes : IAsyncDisposable
{
    public const string FrontEndName = "fe.lab.test";
    public const string BackEndName = "be.lab.test";

    private readonly TestAuthority _authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private Node? _listener;
    private Node? _relay;

    public Node Listener => _listener ?? throw new InvalidOperationException("not started");

    public Node Relay => _relay ?? throw new InvalidOperationException("not started");

    public IReadOnlyList<string> AllowedPeers { get; init; } = [FrontEndName];

    public string Service { get; init; } = "owa";

    public string AskedService { get; init; } = "owa";

    public string ExpectedIdentity { get; init; } = BackEndName;

    public Lifetimes Lifetimes { get; init; } = Lifetimes.Default;

    public Suite Suite { get; init; } = Suite.Aes256Gcm;

    public bool ProxyProtocol { get; init; }

    /// <summary>What the relay dials in the place of the listener's node port, or null.</summary>
    public IPEndPoint? Dialled { get; set; }

    /// <summary>The clock of both nodes.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public int MaxIdleChannels { get; init; } = 64;

    public int WarmChannels { get; init; }

    /// <summary>Where both nodes log.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>What else the relay is to be.</summary>
    public Func<NodeOptions, NodeOptions> WithRelay { get; init; } = options => options;

    /// <summary>What else the listener is to be.</summary>
    public Func<NodeOptions, NodeOptions> WithListener { get; init; } = options => options;

    public void StartListener(EndPoint backEnd, int port = 0)
    {
        _listener = new Node(
            WithListener(new NodeOptions
            {
                Name = "be",
                Identity = Identity(BackEndName),
                NodePorts = [new IPEndPoint(Address, port)],
                Services = [new Service(Service, backEnd, AllowedPeers, ProxyProtocol)],
                Drain = Drain,
            }),
            Time,
            Loggers);
        // Without http endpoints it is done when it returns.
        _listener.StartAsync().GetAwaiter().GetResult();
    }

    public void StartRelay()
    {
        var peer = new PeerNode("be", Dialled ?? Listener.NodePorts[0], ExpectedIdentity) { MaxIdleChannels = MaxIdleChannels, WarmChannels = WarmChannels };
        _relay = new Node(
            WithRelay(new NodeOptions
            {
                Name = "fe",
                Identity = Identity(FrontEndName),
                Peers = [peer],
                Endpoints = [new EndpointOptions("owa", new IPEndPoint(Address, 0), "be", AskedService)],
                Drain = Drain,
            }),
            Time,
            Loggers);
        _relay.StartAsync().GetAwaiter().GetResult();
    }

    public void Start(EndPoint backEnd)
    {
        StartListener(backEnd);
        StartRelay();
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Relay.EndPointOf("owa"));
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }
        _authority.Dispose();
    }

    /// <summary>Somebody whom the nodes' authority knows.</summary>
    public NodeIdentity Identity(string name)
    {
        using X509Certificate2 leaf = _authority.Issue(name);
        NodeCertificate certificate = NodeCertificate.FromCertificate(leaf, [], [PeerRole.Initiator, PeerRole.Responder], Time);
        return new NodeIdentity(certificate, TrustedRoots.FromCertificates(_authority.Certificate), [Suite], [Group.P256], Lifetimes, Time);
    }
}
