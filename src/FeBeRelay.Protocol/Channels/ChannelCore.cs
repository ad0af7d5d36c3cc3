using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// A channel without its connection: the two directions, their shared stream state, and the in-band exchanges that give them new keys.
/// Each direction is used by one thread at a time; disposing zeroes all keys.
/// </summary>
public sealed class ChannelCore : IDisposable
{
    /// <param name="role">This end's role.</param>
    /// <param name="secrets">What quick mode made; owned from here on.</param>
    /// <param name="limits">What the association agreed on.</param>
    /// <param name="peer">The other end, as verified when the association was made.</param>
    public ChannelCore(Role role, ChannelSecrets secrets, KeyLimits limits, VerifiedPeer peer)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var state = new StreamState();
        Exchange = role == Role.Initiator ? new InitiatorExchange(secrets, peer) : new ResponderExchange(secrets, peer);
        Sender = new ChannelSender(role, secrets.CreateSealer(role, limits), state, Exchange);
        Receiver = new ChannelReceiver(role, secrets.CreateOpener(role, limits), state, Exchange);
    }

    /// <summary>The channel's id, 16 bytes, public.</summary>
    public byte[] Id => Exchange.Secrets.Id;

    /// <summary>What this end sends.</summary>
    public ChannelSender Sender { get; }

    /// <summary>What this end receives.</summary>
    public ChannelReceiver Receiver { get; }

    /// <summary>New keys in the live channel: an <see cref="InitiatorExchange"/> or a <see cref="ResponderExchange"/>, by role.</summary>
    public InBandExchange Exchange { get; }

    /// <summary>
    /// Whether either direction's ration of control records is half used up: parks, and new keys that nobody waits for, are put off (clause 4.7). Any thread.
    /// </summary>
    /// <param name="now">Monotonic time.</param>
    public bool IsControlScarce(TimeSpan now) => Sender.IsControlScarce(now) || Receiver.IsControlScarce(now);

    /// <summary>Lets go of what is quickly made again when the next record comes. Any thread, at any time.</summary>
    public void Rest()
    {
        Sender.Rest();
        Receiver.Rest();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Exchange.Dispose();
        Sender.Dispose();
        Receiver.Dispose();
    }
}
