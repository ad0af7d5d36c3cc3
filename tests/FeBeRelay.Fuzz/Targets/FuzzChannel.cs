using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>One end of a channel whose keys are always the same, and who seals for it with the right key.</summary>
internal sealed class FuzzChannel : IDisposable
{
    private static readonly byte[] Hash = new byte[48];
    private static readonly VerifiedPeer Peer = VerifiedPeer.Of(TestAssociation.PeerName, []);

    private readonly Role _receiver;
    private RecordSealer? _sealer;

    public FuzzChannel(Role receiver)
    {
        _receiver = receiver;
        Core = new ChannelCore(receiver, Secrets(), KeyLimits.Ceiling, Peer);
    }

    public ChannelCore Core { get; }

    /// <summary>Has this end write something; what it writes is not looked at.</summary>
    public void Write(Func<ChannelSender, byte[], int> write) => write(Core.Sender, new byte[ChannelSender.MaxControlBytes]);

    /// <summary>Opens a stream, so that the responder's data and ends belong somewhere.</summary>
    public void Open() => Write((sender, memory) => sender.Open(memory, new StreamOpen(1, Demand.Require, "mail", null, null), TimeSpan.Zero));

    public byte[] Seal(RecordType type, ReadOnlySpan<byte> plaintext)
    {
        _sealer ??= Secrets().CreateSealer(_receiver == Role.Initiator ? Role.Responder : Role.Initiator, KeyLimits.Ceiling);
        var record = new byte[RecordHeader.Size + plaintext.Length + Limits.TagSize];
        plaintext.CopyTo(record.AsSpan(RecordHeader.Size));
        _sealer.Seal(type, record, TimeSpan.Zero);
        if (type == RecordType.KeyUpdate && plaintext.Length == 1)
        {
            _sealer.Update(park: plaintext[0] == 1);
        }
        return record;
    }

    public void Dispose()
    {
        Core.Dispose();
        _sealer?.Dispose();
    }

    private static ChannelSecrets Secrets()
    {
        using var secret = new Secret(Suite.Aes256Gcm.HashSize);
        secret.Span.Fill(0x33);
        return new ChannelSecrets(Suite.Aes256Gcm, secret, Hash, id: null);
    }
}
