using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Testing.Handshake;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>A peer that has proved itself by a ticket (docs/protocol.md 7.5).</summary>
public sealed class KerberosIdentityTests
{
    private readonly PeerIdentity _peer = PeerIdentity.Of(TicketContext.WithClient(TestRealm.Client, content => content, (_, _) => true));

    [Theory]
    [InlineData("krb=feberelay/fe.test@FEBE.TEST", true)]
    [InlineData("feberelay/fe.test@FEBE.TEST", false)]
    [InlineData("krb=feberelay/fe.test", false)]
    [InlineData("fe.test", false)]
    [InlineData("krb=feberelay/fe.test@OTHER.TEST", false)]
    public void It_is_meant_by_its_whole_principal_only(string allowedPeer, bool expected) =>
        Assert.Equal((expected, AuthenticationMethod.Kerberos), (_peer.Matches(allowedPeer), _peer.Method));

    [Theory]
    [InlineData(604_800, 36_000)]
    [InlineData(28_800, 28_800)]
    public void Its_association_lives_ten_hours_at_most(uint agreed, int seconds)
    {
        var lifetimes = new Lifetimes(agreed, 0, 900, 100_000);
        MainModeRun run = MainModeRun.Complete(MainModeRun.Settings(Role.Initiator) with { Lifetimes = lifetimes }, MainModeRun.Settings(Role.Responder), own: lifetimes);

        using var association = new Association(Role.Responder, run.Responder, _peer, new FakeTimeProvider());

        Assert.Equal(TimeSpan.FromSeconds(seconds), association.TimeLeft);
        run.Initiator.Dispose();
    }
}
