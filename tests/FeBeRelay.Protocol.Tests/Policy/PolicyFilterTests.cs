using System.Net;
using FeBeRelay.Protocol.Policy;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

public sealed class PolicyFilterTests
{
    [Theory]
    [InlineData("any", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.0/8", "10.200.3.4", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.200.3.4", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.3.2.1/8", "10.200.3.4", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.1.1", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::5", true)]
    [InlineData("2001:db8::/32", "2001:db9::5", false)]
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    public void Addresses_match_across_their_notations(string filter, string address, bool matches)
    {
        Assert.True(PeerFilter.TryParse(filter, out PeerFilter? peer));

        Assert.Equal(matches, peer.Matches(new Traffic(Direction.Outbound) { PeerAddress = IPAddress.Parse(address) }));
    }

    [Theory]
    [InlineData("be1.lab.test", true)]
    [InlineData("BE1.lab.test", true)]
    [InlineData("ou=Back Ends", true)]
    [InlineData("host:mail.lab.test", true)]
    [InlineData("host:be1.lab.test", false)]
    [InlineData("mail.lab.test", false)]
    [InlineData("10.0.0.1", false)]
    public void Names_match_what_they_are_names_of(string filter, bool matches)
    {
        Assert.True(PeerFilter.TryParse(filter, out PeerFilter? peer));
        var traffic = new Traffic(Direction.Outbound) { PeerHost = "mail.lab.test", PeerIdentities = ["be1.lab.test", "ou=back ends"] };

        Assert.Equal(matches, peer.Matches(traffic));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("*.lab.test")]
    [InlineData("be1 lab")]
    [InlineData("host:")]
    [InlineData("ou=")]
    [InlineData("::1::")]
    public void What_means_no_peer_is_refused(string filter) => Assert.False(PeerFilter.TryParse(filter, out _));

    [Fact]
    public void A_mirrored_filter_holds_for_both_directions_and_another_for_its_own()
    {
        var inward = new Traffic(Direction.Inbound);

        Assert.True(PolicyFilter.All.Matches(inward));
        Assert.False((PolicyFilter.All with { IsMirrored = false }).Matches(inward));
        Assert.True((PolicyFilter.All with { IsMirrored = false, Direction = Direction.Inbound }).Matches(inward));
    }

    [Fact]
    public void All_that_a_filter_names_must_match_and_what_is_unknown_does_not()
    {
        PolicyFilter filter = PolicyFilter.All with { Service = "owa", Port = 8443, Endpoint = "mail" };
        var traffic = new Traffic(Direction.Outbound) { Service = "owa", Port = 8443, Endpoint = "mail" };

        Assert.True(filter.Matches(traffic));
        Assert.False(filter.Matches(traffic with { Service = null }));
        Assert.False(filter.Matches(traffic with { Port = 443 }));
        Assert.False(filter.Matches(traffic with { Endpoint = "other" }));
    }
}
