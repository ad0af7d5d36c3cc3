using FeBeRelay.Protocol.Channels;

namespace FeBeRelay.Testing.Channels;

/// <summary>Whole in-band quick modes of a <see cref="ChannelPair"/>, and their parts.</summary>
public static class ChannelPairExchange
{
    /// <summary>New keys in both directions.</summary>
    /// <param name="pair">No exchange is outstanding.</param>
    /// <param name="association">The channel's own where nothing is said.</param>
    /// <param name="forwardSecrecy">Whether there are shares.</param>
    public static void Rekey(this ChannelPair pair, ExchangeAssociation? association = null, bool forwardSecrecy = true)
    {
        pair.ToVerified(association, forwardSecrecy);
        pair.Responder.Receive(pair.Initiator.Switch());
        pair.Initiator.Receive(pair.Responder.Switch());
    }

    /// <summary>Up to M2 verified: the next step is the initiator's switch.</summary>
    public static void ToVerified(this ChannelPair pair, ExchangeAssociation? association = null, bool forwardSecrecy = true)
    {
        pair.Responder.Receive(pair.Initiator.Request(association, forwardSecrecy));
        pair.Initiator.Receive(pair.Responder.Answer(association));
        ExchangeAnswer answer = pair.Initiator.TakeAnswer();
        if (answer != ExchangeAnswer.Accepted)
        {
            throw new InvalidOperationException($"M1 was answered with {answer}");
        }
    }

    /// <summary>A byte in each direction, one stream open: what each end sends, the other opens under the same key.</summary>
    public static void RequireData(this ChannelPair pair, byte value)
    {
        pair.Responder.Receive(pair.Initiator.Data(value));
        pair.Initiator.Receive(pair.Responder.Data(value));
        if (pair.Initiator.Delivered[^1] != value || pair.Responder.Delivered[^1] != value)
        {
            throw new InvalidOperationException("data came out another");
        }
    }
}
