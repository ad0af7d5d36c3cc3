using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Relay.Management;

/// <summary>The way to a peer's management endpoint: a stream of its service for a role, over a channel of this program's own.</summary>
internal sealed class ManagementChannels(PeerNode peer, NodeIdentity identity, ManagementRole role, TimeProvider time) : IDisposable
{
    private readonly AssociationTable _associations = new(NullLogger<AssociationTable>.Instance);

    /// <summary>The peer's name.</summary>
    public string Peer => peer.Name;

    /// <summary>One more connection.</summary>
    /// <exception cref="ManagementException">There is none to be had.</exception>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            SecureChannel channel = await new ChannelConnector(peer, identity, _associations, time).ConnectAsync(Demand.Require, observe: null, cancellation).ConfigureAwait(false);
            await channel.OpenAsync(new StreamOpen(1, Demand.Require, ManagementServices.NameOf(role), null, null)).ConfigureAwait(false);
            return new SecureChannelStream(channel, () => _ = channel.CloseAsync().AsTask());
        }
        catch (NegotiationException e)
        {
            throw new ManagementException(
                e.Step is NegotiationStep.Resolve or NegotiationStep.Connect ? ManagementFault.Unreachable : ManagementFault.Refused,
                $"no channel to node {peer.Name}: {e.Message}",
                $"name this node's certificate there in management:{(role == ManagementRole.Operator ? "operators" : "viewers")}; feberelay probe {peer.Name} tells where the way ends", e);
        }
    }

    public void Dispose() => _associations.Dispose();
}
