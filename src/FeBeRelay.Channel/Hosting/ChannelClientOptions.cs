namespace FeBeRelay.Channel.Hosting;

/// <summary>A node to be dialled, and who dials it.</summary>
public sealed class ChannelClientOptions : ChannelIdentityOptions
{
    /// <summary>The node; required. Its certificate must carry the name that is given, whatever DNS says.</summary>
    public PeerNode? Peer { get; set; }
}
