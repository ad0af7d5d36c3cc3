using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Connections;

/// <summary>What this node's policy and services say of peers that dial it. Thread-safe; asked anew each time.</summary>
public interface IPeerAdmission
{
    /// <summary>The suites that main mode may choose of, before the peer is known: the answer on the peer itself may be narrower.</summary>
    /// <returns>At least one.</returns>
    IReadOnlyList<Suite> SuitesFor(PeerArrival arrival);

    /// <summary>The key exchange groups that main mode may choose of, before the peer is known: the answer on the peer itself may be narrower.</summary>
    /// <returns>At least one.</returns>
    IReadOnlyList<Group> GroupsFor(PeerArrival arrival);

    /// <summary>The ways to authenticate that main mode may take, before the peer is known: the answer on the peer itself may be narrower.</summary>
    IReadOnlyList<AuthenticationMethod> MethodsFor(PeerArrival arrival);

    /// <summary>Whether an authenticated peer gets an association, or one more channel under it. Default deny.</summary>
    PeerAdmission Admit(PeerArrival arrival);
}
