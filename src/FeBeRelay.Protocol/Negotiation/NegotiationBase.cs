using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Negotiation;

/// <summary>
/// What happens on a connection before it is a channel, sans-I/O: bytes in, bytes out, pauses where the answer is not in the bytes.
/// A failure throws, leaves the alert (or what clause 8.2 says) in the output, and is final. One thread at a time.
/// </summary>
public abstract class NegotiationBase : IDisposable
{
    private readonly RecordInput _input = new();
    private readonly TimeSpan _firstMessageBy;
    private readonly TimeSpan _doneBy;
    private bool _firstMessage;

    /// <param name="now">Monotonic time at which the connection was made.</param>
    private protected NegotiationBase(TimeSpan now)
    {
        _firstMessageBy = now + Limits.FirstMessageDeadline;
        _doneBy = now + Limits.HandshakeDeadline;
    }

    /// <summary>What the negotiation waits for.</summary>
    public NegotiationStatus Status { get; private protected set; }

    /// <summary>When the negotiation fails by itself (clause 8.4), in the time that the constructor was given.</summary>
    public TimeSpan Deadline => _firstMessage ? _doneBy : _firstMessageBy;

    /// <summary>Whether any byte arrived that parses as this protocol: the peer speaks it (clause 1.1).</summary>
    public bool PeerSpeaksProtocol => _input.SawThisProtocol;

    /// <summary>What was received behind the negotiation: the channel's first bytes.</summary>
    public ReadOnlySpan<byte> Rest => _input.Rest;

    private protected NegotiationOutput Output { get; } = new();

    /// <summary>Bytes to send now, handed out once; empty when there are none. To be called after every other call, failed ones too.</summary>
    public byte[] TakeOutput() => Output.Take();

    /// <summary>Takes bytes of the peer, in any pieces.</summary>
    /// <exception cref="ProtocolException">The negotiation has failed.</exception>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        byte[] received = bytes.ToArray();
        Guard(() =>
        {
            _input.Append(received);
            Advance();
        });
    }

    /// <summary>Fails the negotiation when its deadline has passed.</summary>
    /// <exception cref="ProtocolException"><see cref="ProtocolError.Deadline"/>.</exception>
    public void CheckDeadline(TimeSpan now)
    {
        if (Status is not (NegotiationStatus.Done or NegotiationStatus.Failed) && now >= Deadline)
        {
            Guard(() => throw new ProtocolException(
                ProtocolError.Deadline, _firstMessage ? "the handshake took too long" : "the peer sent no whole message in time"));
        }
    }

    /// <summary>The peer closed the connection before the negotiation was done.</summary>
    /// <returns>The failure, to be thrown or logged.</returns>
    public ProtocolException ReceiveEnd()
    {
        Status = NegotiationStatus.Failed;
        return new ProtocolException(ProtocolError.Truncated, "the peer closed the connection during the handshake");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeState();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes one record in the present state.</summary>
    private protected abstract void Take(RecordType type, ReadOnlySpan<byte> record);

    /// <summary>Zeroes what the present state holds.</summary>
    private protected abstract void DisposeState();

    /// <summary>Goes on after a pause.</summary>
    private protected void Continue() => Guard(Advance);

    /// <summary>Reads on while there is a whole record and no pause.</summary>
    private void Advance()
    {
        while (Status == NegotiationStatus.NeedsBytes && _input.TryRead(out ReadOnlySpan<byte> record))
        {
            _firstMessage = true;
            if ((RecordType)record[0] == RecordType.Alert)
            {
                throw new ProtocolException(ProtocolError.AlertedByPeer, "the peer ended the handshake with an alert");
            }
            Take((RecordType)record[0], record);
        }
    }

    /// <summary>Runs one step; a violation leaves the alert in the output, zeroes the state and goes on to the caller.</summary>
    private protected void Guard(Action step)
    {
        if (Status is NegotiationStatus.Done or NegotiationStatus.Failed)
        {
            throw new InvalidOperationException($"the negotiation is {Status}");
        }
        try
        {
            step();
        }
        catch (ProtocolException e)
        {
            Status = NegotiationStatus.Failed;
            if (e.Error is not (ProtocolError.AlertedByPeer or ProtocolError.RefusedByPeer))
            {
                Output.AddAlert();
            }
            DisposeState();
            throw;
        }
    }

    private protected static ProtocolException Unexpected(RecordType type, string expected) =>
        new(ProtocolError.UnexpectedMessage, $"record type 0x{(byte)type:x2} where {expected} is expected");
}
