using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Testing.Pairs;

/// <summary>One end of a connection in memory: negotiates, then is a channel, until its first failure.</summary>
public abstract class PairSide(Role role, PairNodes nodes) : IDisposable
{
    private readonly List<byte> _delivered = [];
    private readonly List<byte> _unread = [];
    private readonly List<byte> _channelOutput = [];
    private bool _sent;

    public abstract NegotiationBase Negotiation { get; }

    public abstract ChannelSecrets? Secrets { get; }

    public NegotiationStatus Status => Negotiation.Status;

    /// <summary>What ended this side, in the negotiation or in the channel.</summary>
    public ProtocolException? Failure { get; private set; }

    /// <summary>What the negotiation had to say when it failed.</summary>
    public byte[] LastWords { get; private set; } = [];

    /// <summary>Whether anything was sent before the failure.</summary>
    public bool SpokeBefore { get; private set; }

    /// <summary>Application bytes that came out of the channel.</summary>
    public byte[] Delivered => [.. _delivered];

    public ChannelCore? Channel { get; private set; }

    protected PairNodes Nodes { get; } = nodes;

    protected abstract Lifetimes Agreed { get; }

    public void Receive(byte[] bytes, TimeSpan now) => Step(now, () =>
    {
        if (Channel is null)
        {
            Negotiation.Receive(bytes);
        }
        else
        {
            _unread.AddRange(bytes);
        }
    });

    public void CheckDeadline(TimeSpan now) => Step(now, () => Negotiation.CheckDeadline(now));

    /// <summary>Sends application bytes; opens a stream for them where that is this side's to do. Nothing happens where there is no channel or stream.</summary>
    public void Send(byte[] bytes, TimeSpan now)
    {
        if (Failure is not null || Channel is null)
        {
            return;
        }
        if (role == Role.Initiator && Channel.Sender.IsIdle)
        {
            var opening = new byte[ChannelSender.MaxControlBytes];
            int written = Channel.Sender.Open(opening, new StreamOpen(Channel.Sender.StreamNumber + 1, Demand.Require, "owa", null, null), now);
            _channelOutput.AddRange(opening[..written]);
        }
        if (Channel.Sender.SentEnd)
        {
            return;
        }
        byte[] buffer = [.. new byte[ChannelSender.Headroom], .. bytes, .. new byte[ChannelSender.Tailroom]];
        (int start, int length) = Channel.Sender.SealData(buffer, ChannelSender.Headroom, bytes.Length, now);
        _channelOutput.AddRange(buffer[start..(start + length)]);
    }

    public byte[] TakeOutput()
    {
        byte[] output = [.. Negotiation.TakeOutput(), .. _channelOutput];
        _channelOutput.Clear();
        if (Failure is not null && Status == NegotiationStatus.Failed)
        {
            LastWords = [.. LastWords, .. output];
        }
        else
        {
            _sent |= output.Length > 0;
        }
        SpokeBefore = _sent;
        return output;
    }

    public void Dispose()
    {
        Channel?.Dispose();
        Negotiation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the answer that the negotiation waits for.</summary>
    protected abstract void AnswerPause();

    private void Step(TimeSpan now, Action step)
    {
        if (Failure is not null)
        {
            return;
        }
        try
        {
            step();
            while (Status is not (NegotiationStatus.NeedsBytes or NegotiationStatus.Done))
            {
                AnswerPause();
            }
            if (Status == NegotiationStatus.Done)
            {
                ReadChannel(now);
            }
        }
        catch (ProtocolException e)
        {
            Failure = e;
        }
    }

    private void ReadChannel(TimeSpan now)
    {
        if (Channel is null)
        {
            _unread.AddRange(Negotiation.Rest);
            Channel = new ChannelCore(role, Secrets!, KeyLimits.Of(Agreed.KeySeconds, Agreed.KeyKilobytes), VerifiedPeer.Of("peer", []));
        }
        byte[] buffer = [.. _unread];
        while (Channel.Receiver.Receive(buffer, now, out ReceivedRecord record) == 0)
        {
            if (record.Type == RecordType.Data)
            {
                _delivered.AddRange(buffer.AsSpan(record.PlaintextStart, record.PlaintextLength));
            }
            buffer = buffer[record.Consumed..];
        }
        _unread.Clear();
        _unread.AddRange(buffer);
    }
}
