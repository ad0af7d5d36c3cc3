using System.Buffers.Binary;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>What quick mode makes (clause 3.3): the two traffic secrets, the chain secret and the channel's public id and hash.</summary>
public sealed class ChannelSecrets : IDisposable
{
    private readonly Suite _suite;
    private readonly Secret _trafficInitiator;
    private readonly Secret _trafficResponder;

    /// <param name="suite">The association's suite.</param>
    /// <param name="channelSecret"><c>CS</c>, L bytes; stays the caller's.</param>
    /// <param name="hash"><c>h'</c>, L bytes.</param>
    /// <param name="id">The channel's id in mode live, null in mode new, where it is made.</param>
    internal ChannelSecrets(Suite suite, Secret channelSecret, byte[] hash, byte[]? id)
    {
        _suite = suite;
        Hash = hash;
        _trafficInitiator = LabelledHkdf.Expand(suite, channelSecret, "data i", hash);
        _trafficResponder = LabelledHkdf.Expand(suite, channelSecret, "data r", hash);
        Chain = LabelledHkdf.Expand(suite, channelSecret, "chain", hash);
        SpiInitiator = Spi(suite, channelSecret, "spi i", hash);
        SpiResponder = Spi(suite, channelSecret, "spi r", hash);
        if (id is null)
        {
            id = new byte[Limits.IdSize];
            LabelledHkdf.Expand(suite, channelSecret, "channel id", hash, id);
        }
        Id = id;
    }

    /// <summary><c>cid</c>, 16 bytes, public.</summary>
    public byte[] Id { get; }

    /// <summary><c>h'</c>, L bytes, public.</summary>
    public byte[] Hash { get; }

    /// <summary>Name of the initiator's direction.</summary>
    public uint SpiInitiator { get; }

    /// <summary>Name of the responder's direction.</summary>
    public uint SpiResponder { get; }

    /// <summary><c>X'</c>: the next in-band quick mode mixes it in (clause 6.3).</summary>
    internal Secret Chain { get; }

    /// <summary><c>TS.i</c>.</summary>
    internal Secret TrafficInitiator => _trafficInitiator;

    /// <summary><c>TS.r</c>.</summary>
    internal Secret TrafficResponder => _trafficResponder;

    /// <summary>The sealer of that role's direction; takes the traffic secret over.</summary>
    internal RecordSealer CreateSealer(Role role, KeyLimits limits) => role == Role.Initiator
        ? new RecordSealer(_suite, _trafficInitiator, SpiInitiator, limits)
        : new RecordSealer(_suite, _trafficResponder, SpiResponder, limits);

    /// <summary>The opener of what that role receives; takes the traffic secret over.</summary>
    internal RecordOpener CreateOpener(Role role, KeyLimits limits) => role == Role.Initiator
        ? new RecordOpener(_suite, _trafficResponder, SpiResponder, limits)
        : new RecordOpener(_suite, _trafficInitiator, SpiInitiator, limits);

    /// <inheritdoc/>
    public void Dispose()
    {
        _trafficInitiator.Dispose();
        _trafficResponder.Dispose();
        Chain.Dispose();
    }

    private static uint Spi(Suite suite, Secret channelSecret, string label, byte[] hash)
    {
        Span<byte> spi = stackalloc byte[4];
        LabelledHkdf.Expand(suite, channelSecret, label, hash, spi);
        return BinaryPrimitives.ReadUInt32BigEndian(spi);
    }
}
