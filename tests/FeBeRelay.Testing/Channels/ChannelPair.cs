using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Testing.Channels;

/// <summary>Both ends of a channel, made from one quick mode in memory, under a clock that the test moves.</summary>
public sealed class ChannelPair : IDisposable
{
    private readonly Suite _suite;
    private readonly byte[] _trafficInitiator;
    private readonly byte[] _trafficResponder;

    private ChannelPair(TestAssociation association, ChannelSecrets initiator, ChannelSecrets responder, KeyLimits limits)
    {
        _suite = association.Keys.Suite;
        _trafficInitiator = initiator.TrafficInitiator.Span.ToArray();
        _trafficResponder = responder.TrafficResponder.Span.ToArray();
        Association = association;
        var peer = VerifiedPeer.Of(TestAssociation.PeerName, []);
        Initiator = new ChannelEnd(this, new ChannelCore(Role.Initiator, initiator, limits, peer));
        Responder = new ChannelEnd(this, new ChannelCore(Role.Responder, responder, limits, peer));
    }

    public ChannelEnd Initiator { get; }

    public ChannelEnd Responder { get; }

    /// <summary>The association that the channel was made under.</summary>
    public TestAssociation Association { get; }

    /// <summary>Monotonic time of both ends.</summary>
    public TimeSpan Now { get; set; }

    /// <param name="suite">AES-256-GCM where nothing is said.</param>
    /// <param name="limits">The protocol's ceilings where nothing is said.</param>
    /// <param name="nonce">Every other number makes another channel.</param>
    public static ChannelPair Create(Suite? suite = null, KeyLimits? limits = null, byte nonce = 1)
    {
        var association = new TestAssociation(number: 0, suite, limits);
        using var initiator = new QuickModeInitiator(association.Keys, counter: 1, forwardSecrecy: false, Nonce(nonce));
        QuickModeResponder responder = QuickModeResponder.Read(initiator.Message);
        responder.Authenticate(association.Keys, new CounterWindow());
        (byte[] m2, ChannelSecrets responderSecrets) = responder.Accept(association.Keys, Nonce((byte)(nonce + 100)));
        return new ChannelPair(association, initiator.Receive(m2), responderSecrets, limits ?? KeyLimits.Ceiling);
    }

    /// <summary>The end of that role.</summary>
    public ChannelEnd End(Role role) => role == Role.Initiator ? Initiator : Responder;

    /// <summary>A peer of that role that has the keys and keeps no rule. It counts records from the channel's beginning.</summary>
    public RecordForger Forge(Role role) => new(_suite, new Secret(role == Role.Initiator ? _trafficInitiator : _trafficResponder));

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
        Association.Dispose();
    }

    private static RecordedEntropy Nonce(byte value)
    {
        var nonce = new byte[Limits.NonceSize];
        Array.Fill(nonce, value);
        return new RecordedEntropy().Then(nonce);
    }
}
