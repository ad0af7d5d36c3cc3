using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Protocol.Channels;

/// <summary>
/// A channel without its connection: the two directions, their shared stream state, and the secrets that the next keys are made from.
/// Each direction is used by one thread at a time; disposing zeroes all keys.
/// </summary>
public sealed class ChannelCore : IDisposable
{
    private readonly ChannelSecrets _secrets;

    /// <param name="role">This end's role.</param>
    /// <param name="secrets">What quick mode made; owned from here on.</param>
    /// <param name="limits">What the association agreed on.</param>
    public ChannelCore(Role role, ChannelSecrets secrets, KeyLimits limits)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _secrets = secrets;
        var state = new StreamState();
        Sender = new ChannelSender(role, secrets.CreateSealer(role, limits), state);
        Receiver = new ChannelReceiver(role, secrets.CreateOpener(role, limits), state);
    }

    /// <summary>The channel's id, 16 bytes, public.</summary>
    public byte[] Id => _secrets.Id;

    /// <summary>What this end sends.</summary>
    public ChannelSender Sender { get; }

    /// <summary>What this end receives.</summary>
    public ChannelReceiver Receiver { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
        _secrets.Dispose();
    }
}
