using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Testing.Channels;

/// <summary>An association of a <see cref="ChannelPair"/>'s two nodes as both know it, without the main mode that would have made it.</summary>
public sealed class TestAssociation : IDisposable
{
    /// <summary>The name of the node at the other end, in every channel and association that does not say otherwise.</summary>
    public const string PeerName = "peer.lab.test";

    private readonly Secret _master;

    /// <param name="number">Of its id and secret.</param>
    /// <param name="suite">AES-256-GCM where nothing is said.</param>
    /// <param name="limits">The protocol's ceilings where nothing is said.</param>
    /// <param name="group">P-256 where nothing is said.</param>
    public TestAssociation(byte number, Suite? suite = null, KeyLimits? limits = null, Group? group = null)
    {
        suite ??= Suite.Aes256Gcm;
        _master = new Secret(suite.HashSize);
        _master.Span.Fill((byte)(0x4d + number));
        var id = new byte[Limits.IdSize];
        Array.Fill(id, number);
        Keys = new AssociationKeys(suite, group ?? Group.P256, id, _master);
        Exchange = Of(PeerName, limits);
    }

    public AssociationKeys Keys { get; }

    /// <summary>As a channel takes it.</summary>
    public ExchangeAssociation Exchange { get; }

    /// <summary>The same association, made with a node of another name.</summary>
    public ExchangeAssociation Of(string peer, KeyLimits? limits = null) => new(Keys, limits ?? KeyLimits.Ceiling, VerifiedPeer.Of(peer, []));

    public void Dispose()
    {
        Keys.Dispose();
        _master.Dispose();
    }
}
