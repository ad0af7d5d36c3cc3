using System.Net.Sockets;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Services;

/// <summary>Where policy takes channels only, no clear byte that comes to a service's own port reaches the back end, whatever it looks like.</summary>
public sealed class RequireHoldsTests : IAsyncDisposable
{
    private readonly BackEndStub _backEnd = new();
    private readonly LoggedNodes _nodes = new();

    public static TheoryData<string> ClearBytes =>
    [
        "47",                                                   // G
        "474554202F20485454502F312E310D0A0D0A",                 // GET / HTTP/1.1
        "45484C4F206665310D0A",                                 // EHLO fe1
        "16030100F8010000F40303",                               // TLS hello
        "FB00",
        "FB46425200",
        "FB4642520D0A0D0B",                                     // the preface but for its last byte
        "00FB4642520D0A0D0A",
        "0D0A0D0A000D0A515549540A2111000C",                     // PROXY protocol v2
    ];

    [Theory]
    [MemberData(nameof(ClearBytes))]
    public async Task Clear_bytes_meet_a_reset_and_are_told(string hex)
    {
        Node listener = _nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));

        await AssertRefusedAsync(listener, peer, Convert.FromHexString(hex), "the rule takes channels only");
    }

    [Theory]
    [MemberData(nameof(ClearBytes))]
    public async Task They_do_so_one_byte_at_a_time(string hex)
    {
        Node listener = _nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        peer.NoDelay = true;

        await AssertRefusedAsync(listener, peer, Convert.FromHexString(hex), "the rule takes channels only", piece: 1);
    }

    [Fact]
    public async Task Silence_does_not_bring_the_greeting_of_the_back_end()
    {
        using var clock = new ObservedClock(Limits.FirstMessageDeadline);
        await using var nodes = new LoggedNodes { ListenerClock = clock };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await clock.TimerMadeAsync(TestContext.Current.CancellationToken);
        clock.Advance(Limits.FirstMessageDeadline);

        await AssertRefusedAsync(listener, peer, [], "nothing was said, and the rule takes channels only", nodes);
    }

    [Fact]
    public async Task Half_a_preface_and_then_an_end_is_a_channel_that_failed()
    {
        Node listener = _nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        await peer.SendAsync(Convert.FromHexString("FB464252"));
        peer.Shutdown(SocketShutdown.Send);
        await StreamTests.ReadToEndAsync(peer);

        Assert.Equal("Truncated", (await _nodes.ListenerAudit.SingleFailureAsync(AuditEventId.MainModeFailed)).Error);
        Assert.True(_backEnd.IsUntouched);
    }

    [Fact]
    public async Task A_connection_without_a_byte_is_let_go_and_not_told()
    {
        Node listener = _nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using (Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa")))
        {
            peer.Shutdown(SocketShutdown.Send);
            Assert.Empty(await StreamTests.ReadToEndAsync(peer));
        }
        Assert.True(_backEnd.IsUntouched);
        Assert.Empty(_nodes.ListenerAudit.Failures);
    }

    [Fact]
    public async Task A_policy_that_comes_while_the_connection_is_silent_holds_for_its_first_byte()
    {
        var policy = new EffectivePolicy(NodePolicy.Of(Posture.Server));
        await using var nodes = new LoggedNodes { ListenerPolicy = policy };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        using Socket served = await _backEnd.AcceptAsync();
        policy.Change(NodePolicy.Of(Posture.SecureServer), "test");

        await AssertRefusedAsync(listener, peer, "GET"u8.ToArray(), "the rule takes channels only", nodes);
        Assert.Equal(0, await ServicePortTests.BytesToTheEndAsync(served));
    }

    [Fact]
    public async Task And_for_the_back_ends_first_byte()
    {
        var policy = new EffectivePolicy(NodePolicy.Of(Posture.Server));
        await using var nodes = new LoggedNodes { ListenerPolicy = policy };
        Node listener = nodes.StartListener(LoggedNodes.OpenServiceOf(_backEnd));
        using Socket peer = await LoggedNodes.ConnectAsync(listener.ServicePortOf("owa"));
        using Socket served = await _backEnd.AcceptAsync();
        policy.Change(NodePolicy.Of(Posture.SecureServer), "test");
        await served.SendAsync("220 ready\r\n"u8.ToArray());

        await AssertRefusedAsync(listener, peer, [], "nothing was said, and the rule takes channels only", nodes);
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        _backEnd.Dispose();
    }

    private async Task AssertRefusedAsync(Node listener, Socket peer, byte[] says, string reason, LoggedNodes? nodes = null, int piece = int.MaxValue)
    {
        // It may come before the last byte is sent.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            foreach (byte[] part in says.Chunk(piece))
            {
                await peer.SendAsync(part);
            }
            await peer.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        });
        CollectedAudit audit = (nodes ?? _nodes).ListenerAudit;
        AuditEvent refused = await audit.SingleFailureAsync(AuditEventId.ClearTrafficRefused);
        Assert.Equal(("secureServer", reason, FailurePoint.Me, "owa"), (refused.Rule, refused.Reason, refused.FailurePoint, refused.Endpoint));
        Assert.Equal(listener.ServicePortOf("owa").ToString(), refused.LocalAddress);
        Assert.True(_backEnd.IsUntouched);
        Assert.DoesNotContain(audit.Events, one => one.Id == (int)AuditEventId.ClearTraffic);
        Assert.Empty(listener.Clear.Open);
    }
}
