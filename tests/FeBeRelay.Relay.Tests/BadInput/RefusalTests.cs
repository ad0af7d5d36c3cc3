using System.Net;
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
