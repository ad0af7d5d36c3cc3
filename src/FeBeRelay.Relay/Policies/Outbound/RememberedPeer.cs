using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>What earlier attempts left behind about a peer, as long as it lives. Thread-safe where its caller locks.</summary>
internal sealed class RememberedPeer(TimeProvider time)
{
    private PeerMemory _memory;
    private long _since;
    private TimeSpan _life;

    /// <summary>What is remembered now.</summary>
    public PeerMemory Now => _memory != PeerMemory.Unknown && time.GetElapsedTime(_since) < _life ? _memory : PeerMemory.Unknown;

    /// <summary>Remembers it. That nothing may go clear before an answer is remembered until there is one; all else as long as a soft association lives.</summary>
    public void Remember(PeerMemory memory, TimeSpan softLifetime) =>
        (_memory, _since, _life) = (memory, time.GetTimestamp(), memory == PeerMemory.Unsettled ? TimeSpan.MaxValue : softLifetime);
}
