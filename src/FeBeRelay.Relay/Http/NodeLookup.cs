using System.Net;
using FeBeRelay.Channel.Connections;

namespace FeBeRelay.Relay.Http;

/// <summary>Finds a node's channels by its name, at one of its addresses or at the configured one; null if there is no such node.</summary>
internal delegate ChannelPool? FindChannels(string node, IPEndPoint? address);

/// <summary>What http endpoints need to know of the node's peers.</summary>
/// <param name="FindChannels">Channels to a peer, at one of its addresses or where the configuration says; null without such a peer.</param>
/// <param name="FindAddress">Where the configuration says that a peer is; null without such a peer.</param>
internal sealed record NodeLookup(FindChannels FindChannels, Func<string, EndPoint?> FindAddress);
