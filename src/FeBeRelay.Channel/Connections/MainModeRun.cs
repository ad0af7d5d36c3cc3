using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Channel.Connections;

/// <summary>One main mode in flight, and those who wait for what it makes. Its fields are the gate's, under the gate's lock.</summary>
internal sealed class MainModeRun
{
    private readonly TaskCompletionSource<Association> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it comes to.</summary>
    public Task<Association> Outcome => _outcome.Task;

    /// <summary>How many wait for it.</summary>
    public int Takers { get; set; }

    /// <summary>The exchange, once it has begun.</summary>
    public NegotiationBase? Negotiation { get; set; }

    /// <summary>Whether the peer sent anything that parses as this protocol.</summary>
    public bool PeerSpeaks => Negotiation?.PeerSpeaksProtocol == true;

    /// <summary>It made an association.</summary>
    public void Succeed(Association association) => _outcome.SetResult(association);

    /// <summary>It has failed.</summary>
    public void Fail(Exception failure)
    {
        _outcome.SetException(failure);
        // Observed: nobody may be waiting.
        _ = _outcome.Task.Exception;
    }
}
