using FeBeRelay.Protocol.Channels;

namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>Both ends of a channel.</summary>
internal sealed record ChannelPair(ChannelCore Initiator, ChannelCore Responder) : IDisposable
{
    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
    }
}
