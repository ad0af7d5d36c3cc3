using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Channels;

/// <summary>One record that <see cref="ChannelReceiver"/> opened.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Consumed">Bytes that it took, from the start of what was given.</param>
/// <param name="PlaintextStart">Where the plaintext stands, for data and for what an exchange is to be given.</param>
/// <param name="PlaintextLength">Bytes of plaintext.</param>
public readonly record struct ReceivedRecord(RecordType Type, int Consumed, int PlaintextStart, int PlaintextLength)
{
    /// <summary>The open, for a record of that type.</summary>
    public StreamOpen? Open { get; init; }

    /// <summary>The stream of an abort.</summary>
    public uint Number { get; init; }

    /// <summary>The code of an abort.</summary>
    public ErrorCode Code { get; init; }

    /// <summary>What an ask asks for.</summary>
    public AskKind Ask { get; init; }
}
