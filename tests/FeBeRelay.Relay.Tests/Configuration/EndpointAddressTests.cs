using System.Net;
using System.Net.Sockets;
using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

public sealed class EndpointAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("be1.lab.test:8443")]
    [InlineData("be_1:1")]
    [InlineData("[::1]:65535")]
    [InlineData("[::ffff:10.0.0.1]:80")]
    [InlineData("0.0.0.0:0")]
    [InlineData("unix:/run/feberelay/owa.sock")]
    public void An_address_is_written_as_it_was_read(string text) => Assert.Equal(text, EndpointAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("80")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host:+1")]
    [InlineData("host: 80")]
    [InlineData("ho st:80")]
    [InlineData("http://host:80")]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("[]:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[host]:80")]
    [InlineData("10.0.0.256:80")]
    [InlineData("10.1:80")]
    [InlineData("-host:80")]
    [InlineData("unix:")]
    [InlineData("unix:/")]
    [InlineData("unix:relative.sock")]
    [InlineData("unix:/run/")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(EndpointAddress.TryParse(text, out _));
        Assert.Contains("host:port", Assert.Throws<FormatException>(() => EndpointAddress.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_unix_path_longer_than_the_system_takes_is_refused()
    {
        Assert.True(EndpointAddress.TryParse("unix:/" + new string('a', 106), out _));
        Assert.False(EndpointAddress.TryParse("unix:/" + new string('a', 107), out _));
        Assert.False(EndpointAddress.TryParse("unix:/" + new string('\u00e4', 54), out _));
    }

    [Fact]
    public void Each_form_has_its_end_point()
    {
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 80), EndpointAddress.Parse("[::1]:80").ToEndPoint());
        Assert.Equal(new DnsEndPoint("be1.lab.test", 8443), EndpointAddress.Parse("be1.lab.test:8443").ToEndPoint());
        Assert.Equal(new UnixDomainSocketEndPoint("/run/x").ToString(), EndpointAddress.Parse("unix:/run/x").ToEndPoint().ToString());
    }

    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1:80", true)]
    [InlineData("0.0.0.0:80", "127.0.0.1:80", true)]
    [InlineData("[::1]:80", "[::]:80", true)]
    [InlineData("[::1]:80", "[0:0::1]:80", true)]
    [InlineData("unix:/a", "unix:/a", true)]
    [InlineData("127.0.0.1:80", "127.0.0.2:80", false)]
    [InlineData("127.0.0.1:80", "127.0.0.1:81", false)]
    [InlineData("0.0.0.0:80", "[::]:80", false)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", false)]
    [InlineData("unix:/a", "unix:/b", false)]
    [InlineData("unix:/a", "127.0.0.1:0", false)]
    public void Addresses_overlap_when_both_cannot_be_listened_on(string one, string other, bool expected)
    {
        Assert.Equal(expected, EndpointAddress.Parse(one).Overlaps(EndpointAddress.Parse(other)));
        Assert.Equal(expected, EndpointAddress.Parse(other).Overlaps(EndpointAddress.Parse(one)));
    }
}
