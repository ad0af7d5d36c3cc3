using System.Net;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>Good peers that ask for what they cannot have: the listener says why, the application gets a reset.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task A_back_end_that_is_down_is_named()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        IPEndPoint down;
        using (var gone = new BackEndStub())
        {
            down = gone.EndPoint;
        }
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd), new Service("down", down, [TestNodes.FrontEndName], ProxyProtocol: false));

        await LoggedNodes.AssertResetAsync(nodes.StartRelay("down", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        await nodes.AssertServesOnAfterOneWarningAsync(
            listener, backEnd, "Service down", $"back end {down} cannot be reached", TestNodes.FrontEndName, "refused");
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_named()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));

        await LoggedNodes.AssertResetAsync(nodes.StartRelay("typo", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        await nodes.AssertServesOnAfterOneWarningAsync(
            listener, backEnd, $"Stream to service typo refused to {TestNodes.FrontEndName}", "no_service");
    }

    [Theory]
    [InlineData("down", "cannot be reached")]
    [InlineData("typo", "no_service")]
    public async Task Who_asks_in_vain_again_and_again_does_not_fill_the_logs(string service, string words)
    {
        var clock = new NodeClock();
        await using var nodes = new LoggedNodes { ListenerClock = clock };
        IPEndPoint down;
        using (var gone = new BackEndStub())
        {
            down = gone.EndPoint;
        }
        Node listener = nodes.StartListener(new Service("down", down, [TestNodes.FrontEndName], ProxyProtocol: false));
        AuditEventId audited = service == "down" ? AuditEventId.BackEndUnreachable : AuditEventId.ServiceRefused;
        EndPoint endpoint = nodes.StartRelay(service, LoggedNodes.PeerAt(listener)).EndPointOf("be");

        for (int i = 0; i < 70; i++)
        {
            await LoggedNodes.AssertResetAsync(endpoint);
        }
        Assert.Equal(60, nodes.ListenerLog.Warnings.Count(warning => warning.Contains(words, StringComparison.Ordinal)));
        Assert.Equal(10, nodes.ListenerAudit.Failures.Count(e => e.Id == (int)audited));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(60, (await nodes.ListenerAudit.SingleAsync(AuditEventId.PossibleAttack)).Count);
        await LoggedNodes.AssertResetAsync(endpoint);
        Assert.Equal("10 more lines like the next were held back in the last minutes", nodes.ListenerLog.Warnings[^2]);
        Assert.Equal(61, nodes.ListenerLog.Warnings.Count(warning => warning.Contains(words, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_peer_that_one_service_allows_and_another_does_not_is_told_so()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd), LoggedNodes.ServiceOf(backEnd, "admin", "other.lab.test"));

        await LoggedNodes.AssertResetAsync(nodes.StartRelay("admin", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        await nodes.AssertServesOnAfterOneWarningAsync(
            listener, backEnd, $"Stream to service admin refused to {TestNodes.FrontEndName}", "not_authorised");
    }

    [Fact]
    public async Task A_peer_that_no_service_allows_is_declined_and_both_sides_say_so()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd, peer: "other.lab.test"));

        await LoggedNodes.AssertResetAsync(nodes.StartRelay("owa", LoggedNodes.PeerAt(listener)).EndPointOf("be"));

        await Eventually.TrueAsync(() => nodes.ListenerLog.Warnings.Count > 0);
        await LoggedNodes.AssertServedAsync(nodes.StartRelay("other.lab.test", "owa", [LoggedNodes.PeerAt(listener)]).EndPointOf("be"), backEnd);
        LoggedNodes.AssertOneWarning(nodes.ListenerLog, $"no service is for {TestNodes.FrontEndName}", "name it in a service's peers");
        LoggedNodes.AssertOneWarning(nodes.RelayLog, "main mode with node be", "declined: not_authorised");
    }
}
