using FeBeRelay.Channel.Associations;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Channel.Connections;

/// <summary>One main mode towards a peer is in flight at a time; whoever else needs an association waits for its outcome. Thread-safe.</summary>
internal sealed class MainModeGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<Association>? _running;
    private NegotiationBase? _negotiation;
    private bool _peerSpoke;

    /// <summary>Whether the peer sent anything that parses as this protocol to the main mode that is in flight, or was the last one.</summary>
    public bool PeerSpeaks
    {
        get
        {
            lock (_lock)
            {
                return _negotiation?.PeerSpeaksProtocol ?? _peerSpoke;
            }
        }
    }

    /// <summary>The outcome of the main mode that is in flight, or null.</summary>
    public Task<Association>? Running
    {
        get
        {
            lock (_lock)
            {
                return _running?.Task;
            }
        }
    }

    /// <summary>Enters as the one that runs main mode (null), or gets the outcome to wait for.</summary>
    public Task<Association>? Enter()
    {
        lock (_lock)
        {
            if (_running is not null)
            {
                return _running.Task;
            }
            _peerSpoke = false;
            _running = new TaskCompletionSource<Association>(TaskCreationOptions.RunContinuationsAsynchronously);
            return null;
        }
    }

    /// <summary>Has the one that entered watched for what its peer says.</summary>
    public void Watch(NegotiationBase negotiation)
    {
        lock (_lock)
        {
            _negotiation = negotiation;
        }
    }

    /// <summary>Main mode made an association.</summary>
    public void Succeed(Association association) => Leave().SetResult(association);

    /// <summary>Main mode has failed: so it has for those who wait.</summary>
    public void Fail(Exception failure)
    {
        TaskCompletionSource<Association> running = Leave();
        running.SetException(failure);
        // Observed: nobody may be waiting.
        _ = running.Task.Exception;
    }

    private TaskCompletionSource<Association> Leave()
    {
        lock (_lock)
        {
            TaskCompletionSource<Association> running = _running ?? throw new InvalidOperationException("no main mode is in flight");
            _running = null;
            _peerSpoke = _negotiation?.PeerSpeaksProtocol == true;
            _negotiation = null;
            return running;
        }
    }
}
