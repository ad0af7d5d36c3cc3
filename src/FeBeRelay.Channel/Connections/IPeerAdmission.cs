using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Channel.Connections;

/// <summary>Which authenticated peers get an association: the listener's services decide, the lab and tests have their own rule.</summary>
public interface IPeerAdmission
{
    /// <summary>Whether any service of this node is for that peer. Default deny.</summary>
    bool Admits(PeerIdentity peer);
}
