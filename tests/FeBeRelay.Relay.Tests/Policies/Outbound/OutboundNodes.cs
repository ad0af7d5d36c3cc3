using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Outbound;

/// <summary>A relay with one endpoint, under one rule, towards anything: applications that ask through it are answered by the clear server, by the protected one, or reset.</summary>
internal sealed class OutboundNodes : IAsyncDisposable
{
    public const string Clear = "clear";
    public const string Protected = "protected";
    public const string Reset = "reset";
    public const string Endpoint = "owa";

    private readonly LoggedNodes _nodes;
    private Node? _relay;

    public OutboundNodes(TimeProvider? clock = null) => _nodes = new LoggedNodes { RelayClock = clock ?? TimeProvider.System };

    /// <summary>Gets what the relay sends clear.</summary>
    public StubPeer ClearServer { get; init; } = StubPeer.Answering(Clear);

    /// <summary>Gets what arrives protected at the listener.</summary>
    public StubPeer BackEnd { get; } = StubPeer.Answering(Protected);

    public Node Relay => _relay ?? throw new InvalidOperationException("not started");

    public CollectedAudit Audit => _nodes.RelayAudit;

    public CollectedLog Log => _nodes.RelayLog;

    public LoggedNodes Nodes => _nodes;

    /// <summary>Where the relay keeps its pins; null in memory.</summary>
    public string? Pins { get; init; }

    public bool HasClearTo { get; init; } = true;

    public bool IsEnquiryOn { get; init; } = true;

    public IPAddress? SourceAddress { get; init; }

    /// <summary>The rule of a posture with a timer that no test waits for, unless its clock moves.</summary>
    public static PolicyRule RuleOf(Posture posture, int seconds = 60) =>
        posture.Rule with { Fallback = posture.Rule.Fallback with { Timer = TimeSpan.FromSeconds(seconds) } };

    public static NodePolicy PolicyOf(PolicyRule rule) => new("tested", Posture.SecureServer, [rule with { Name = "tested" }]);

    public Node StartListener(NodeIdentity? identity = null) => identity is null
        ? _nodes.StartListener(Service(TestNodes.FrontEndName))
        : _nodes.StartListener(identity, Service(TestNodes.FrontEndName));

    public Node StartListenerFor(string peer) => _nodes.StartListener(Service(peer));

    public NodeIdentity ListenerWith(Suite suite)
    {
        using X509Certificate2 leaf = _nodes.Authority.Issue(TestNodes.BackEndName);
        return _nodes.Identity(leaf, [PeerRole.Responder], suite);
    }

    /// <summary>What is in effect at the relay, to be changed.</summary>
    public EffectivePolicy Policy { get; private set; } = new(PolicyOf(Posture.SecureServer.Rule));

    public OutboundNodes StartRelay(PolicyRule rule, IPEndPoint peer)
    {
        Policy = new EffectivePolicy(PolicyOf(rule));
        _relay = _nodes.StartRelay(new NodeOptions
        {
            Name = TestNodes.FrontEndName,
            Identity = _nodes.Identity(TestNodes.FrontEndName),
            Peers = [new PeerNode("be", peer, TestNodes.BackEndName) { SourceAddress = SourceAddress }],
            Endpoints =
            [
                new EndpointOptions(Endpoint, new IPEndPoint(IPAddress.Loopback, 0), "be", "owa")
                {
                    ClearTo = HasClearTo ? ClearServer.EndPoint : null,
                    IsEnquiryOn = IsEnquiryOn,
                },
            ],
            Policy = Policy,
            Pins = Pins is null ? null : new PinFile(Pins, TimeProvider.System),
        });
        return this;
    }

    public Task<Socket> ConnectAsync() => LoggedNodes.ConnectAsync(Relay.EndPointOf(Endpoint));

    /// <summary>One connection of an application: who answered it.</summary>
    public async Task<string> AskAsync()
    {
        try
        {
            using Socket application = await ConnectAsync();
            return await AskAsync(application);
        }
        catch (SocketException e)
        {
            // On a busy machine the reset may be there before the connection is.
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
            return Reset;
        }
    }

    public static async Task<string> AskAsync(Socket application)
    {
        try
        {
            await application.SendAsync("question"u8.ToArray());
            return await StreamTests.ReadToEndAsync(application);
        }
        catch (SocketException e)
        {
            Assert.Contains(e.SocketErrorCode, (SocketError[])[SocketError.ConnectionReset, SocketError.Shutdown]);
            return Reset;
        }
    }

    /// <summary>Not even a connection was made to where clear bytes go.</summary>
    public void AssertNothingWentClear() => Assert.Equal((0, 0L), (ClearServer.Connections, ClearServer.Bytes));

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        ClearServer.Dispose();
        BackEnd.Dispose();
    }

    private Relay.Services.Service Service(string peer) => new("owa", BackEnd.EndPoint, [peer], ProxyProtocol: false);
}
