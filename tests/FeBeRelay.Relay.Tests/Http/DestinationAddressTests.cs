using System.Net;
using FeBeRelay.Relay.Http;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

public sealed class DestinationAddressTests
{
    [Theory]
    [InlineData("febe://owa@be1", "owa", "be1", "")]
    [InlineData("febe://owa@be1/", "owa", "be1", "")]
    [InlineData("FEBE://owa@Be1/base", "owa", "Be1", "/base")]
    [InlineData("febe://owa@be1/base/two/", "owa", "be1", "/base/two")]
    public void An_address_is_read(string text, string service, string node, string basePath)
    {
        Assert.True(DestinationAddress.TryParse(text, out DestinationAddress? address));
        Assert.Equal((service, node, basePath, null), (address.Service, address.Node, address.BasePath, address.Address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("be1")]
    [InlineData("http://be1")]
    [InlineData("febe:owa@be1")]
    [InlineData("febe://be1")]
    [InlineData("febe://@be1")]
    [InlineData("febe://owa@")]
    [InlineData("febe://owa@be1@be2")]
    [InlineData("febe://owa@be1#x")]
    [InlineData("febe://owa@be1?node=x")]
    [InlineData("febe://owa@be1?address=nowhere")]
    [InlineData("febe://owa@be1?address=")]
    public void Another_text_is_none(string text) => Assert.False(DestinationAddress.TryParse(text, out _));

    [Theory]
    [InlineData("febe://owa@be1", "10.0.0.5:8443")]
    [InlineData("febe://owa@be1/base/", "[fe80::1]:8443")]
    public void The_address_of_the_node_is_kept(string text, string endPoint)
    {
        var at = IPEndPoint.Parse(endPoint);
        Assert.True(DestinationAddress.TryParse(text, out DestinationAddress? without));
        Assert.True(DestinationAddress.TryParse(DestinationAddress.At(text, at), out DestinationAddress? address));
        Assert.Equal(without with { Address = at }, address);
    }
}
