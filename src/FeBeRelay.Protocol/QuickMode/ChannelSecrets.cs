using System.Buffers.Binary;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>What quick mode makes (clause 3.3): the two traffic secrets, the chain secret and the channel's public id and hash.</summary>
public sealed class ChannelSecrets : IDisposable
{

    /// <param name="suite">The association's suite.</param>
    /// <param name="channelSecret"><c>CS</c>, L bytes; stays the caller's.</param>
    /// <param name="hash"><c>h'</c>, L bytes.</param>
    /// <param name="id">The channel's id in mode live, null in mode new, where it is made.</param>
    internal ChannelSecrets(Suite suite, Secret channelSecret, byte[] hash, byte[]? id)
    {
        Suite = suite;
        Hash = hash;
        TrafficInitiator = LabelledHkdf.Expand(suite, channelSecret, "data i", hash);
        TrafficResponder = LabelledHkdf.Expand(suite, channelSecret, "data r", hash);
        Chain = LabelledHkdf.Expand(suite, channelSecret, "chain", hash);
        SpiInitiator = MakeSpi(suite, channelSecret, "spi i", hash);
        SpiResponder = MakeSpi(suite, channelSecret, "spi r", hash);
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

    /// <summary>The suite of the association that quick mode ran under.</summary>
    internal Suite Suite { get; }

    /// <summary><c>TS.i</c>.</summary>
    internal Secret TrafficInitiator { get; }

    /// <summary><c>TS.r</c>.</summary>
    internal Secret TrafficResponder { get; }

    /// <summary><c>TS</c> of what that role sends.</summary>
    internal Secret Traffic(Role sender) => sender == Role.Initiator ? TrafficInitiator : TrafficResponder;

    /// <summary>Name of the direction that that role sends in.</summary>
    internal uint Spi(Role sender) => sender == Role.Initiator ? SpiInitiator : SpiResponder;

    /// <summary>The sealer of that role's direction; takes the traffic secret over.</summary>
    internal RecordSealer CreateSealer(Role role, KeyLimits limits) => new(Suite, Traffic(role), Spi(role), limits);

    /// <summary>The opener of what that role receives; takes the traffic secret over.</summary>
    internal RecordOpener CreateOpener(Role role, KeyLimits limits)
    {
        Role sender = role == Role.Initiator ? Role.Responder : Role.Initiator;
        return new RecordOpener(Suite, Traffic(sender), Spi(sender), limits);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TrafficInitiator.Dispose();
        TrafficResponder.Dispose();
        Chain.Dispose();
    }

    private static uint MakeSpi(Suite suite, Secret channelSecret, string label, byte[] hash)
    {
        Span<byte> spi = stackalloc byte[4];
        LabelledHkdf.Expand(suite, channelSecret, label, hash, spi);
        return BinaryPrimitives.ReadUInt32BigEndian(spi);
    }
}
