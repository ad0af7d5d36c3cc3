using System.Net;

namespace FeBeRelay.Channel.Hosting;

/// <summary>An address that Kestrel hands to <see cref="ChannelTransportFactory"/>, and to no other transport.</summary>
internal sealed class ChannelEndPoint(IPEndPoint address) : EndPoint
{
    public IPEndPoint Address => address;

    /// <summary>What Kestrel shows.</summary>
    public override string ToString() => address.ToString();
}
