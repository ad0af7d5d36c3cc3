using System.Net;
using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Channel.Hosting;

/// <summary>Who is at the other end of a connection, proved in main mode: a feature of connections, to be had from a request by <c>HttpContext.Features.Get&lt;ChannelPeer&gt;()</c>.</summary>
/// <param name="Identity">The node.</param>
/// <param name="Service">The service that it asked for, and may use.</param>
/// <param name="Client">The address of that node's own client, if the node says so; null if it does not.</param>
public sealed record ChannelPeer(PeerIdentity Identity, string Service, IPEndPoint? Client);
