using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>A relay with an http endpoint, and a listener node for each back end, on loopback.</summary>
internal sealed class HttpNodes : ITestedProxy
{
    private const string FrontEndName = "fe.lab.test";

    private readonly TestAuthority _authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private readonly List<Node> _listeners = [];
    private Node? _relay;

    /// <summary>Further configuration: YARP's keys, or others of sections Kestrel and ReverseProxy.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Peers beside the listeners that are started.</summary>
    public IReadOnlyList<PeerNode> OtherPeers { get; init; } = [];

    public IReadOnlyList<IPNetwork>? TrustedClients { get; init; }

    public string Scheme { get; init; } = "http";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The listeners' clock.</summary>
    public TimeProvider ListenerTime { get; init; } = TimeProvider.System;

    /// <summary>How long keys last, in the time of <see cref="Time"/>.</summary>
    public Lifetimes Lifetimes { get; init; } = Lifetimes.Default;

    public AuditLog Audit { get; init; } = AuditLog.None();

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public Node Relay => _relay ?? throw new InvalidOperationException("not started");

    public IReadOnlyList<Node> Listeners => _listeners;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Relay.Http!.Addresses[0].Port);

    /// <summary>Starts a listener for each back end, nodes be0, be1, ..., and the relay with one route to all of them.</summary>
    public async Task StartAsync(params EndPoint[] backEnds)
    {
        var values = new Dictionary<string, string?>
        {
            ["Kestrel:Endpoints:owa:Url"] = $"{Scheme}://127.0.0.1:0",
            ["ReverseProxy:Routes:all:ClusterId"] = "mail",
            ["ReverseProxy:Routes:all:Match:Path"] = "{**all}",
        };
        for (int i = 0; i < backEnds.Length; i++)
        {
            values[$"ReverseProxy:Clusters:mail:Destinations:d{i}:Address"] = $"febe://owa@be{i}";
            await StartListenerAsync(i, backEnds[i]);
        }
        foreach ((string key, string? value) in Settings)
        {
            values[key] = value;
        }
        var http = new HttpOptions(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        _relay = new Node(
            new NodeOptions
            {
                Name = "fe",
                Identity = Identity(FrontEndName),
                Peers = [.. _listeners.Select((l, i) => new PeerNode($"be{i}", l.NodePorts[0], $"be{i}.lab.test")), .. OtherPeers],
                Http = TrustedClients is null ? http : http with { TrustedClients = TrustedClients },
                Audit = Audit,
                Drain = TimeSpan.FromSeconds(5),
            },
            Time, Loggers);
        await _relay.StartAsync();
    }

    public async Task<HttpClientSocket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        return new HttpClientSocket(socket);
    }

    public Task HasIdleAsync(int connections) => Eventually.TrueAsync(() => Relay.Http!.IdleConnections == connections);

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }
        foreach (Node listener in _listeners)
        {
            await listener.DisposeAsync();
        }
        _authority.Dispose();
    }

    private async Task StartListenerAsync(int number, EndPoint backEnd)
    {
        var listener = new Node(
            new NodeOptions
            {
                Name = $"be{number}",
                Identity = Identity($"be{number}.lab.test"),
                NodePorts = [new IPEndPoint(IPAddress.Loopback, 0)],
                Services = [new Service("owa", backEnd, [FrontEndName], ProxyProtocol: false)],
                Drain = TimeSpan.FromSeconds(5),
            },
            ListenerTime, NullLoggerFactory.Instance);
        _listeners.Add(listener);
        await listener.StartAsync();
    }

    private NodeIdentity Identity(string name)
    {
        using X509Certificate2 leaf = _authority.Issue(name);
        NodeCertificate certificate = NodeCertificate.FromCertificate(leaf, [], [PeerRole.Initiator, PeerRole.Responder], TimeProvider.System);
        return new NodeIdentity(
            certificate, TrustedRoots.FromCertificates(_authority.Certificate), [Suite.Aes256Gcm], [Group.P256], Lifetimes, TimeProvider.System);
    }
}
