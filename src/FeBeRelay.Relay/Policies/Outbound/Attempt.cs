using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Policies.Outbound;

/// <summary>
/// The tries to reach a peer protected that are made for one decision; connections that come meanwhile wait for them. It gathers facts and decides nothing.
/// Thread-safe.
/// </summary>
/// <param name="pool">Channels to the peer.</param>
/// <param name="asksOnly">Whether it is an enquiry, whose connections are closed after the peer's answer.</param>
/// <param name="time">The clock.</param>
/// <param name="ending">The node ends.</param>
internal sealed class Attempt(ChannelPool pool, bool asksOnly, TimeProvider time, CancellationToken ending)
{
    private readonly Lock _lock = new();
    private PeerObservation _seen;
    private CredentialState _credentials;
    private string _detail = "";
    private Exception? _fault;
    private int _tries;
    private long _since;
    private CancellationTokenSource? _cut;
    private Task? _running;

    /// <summary>Whether it is an enquiry.</summary>
    public bool IsEnquiry => asksOnly;

    /// <summary>What is known now.</summary>
    public AttemptFacts Facts
    {
        get
        {
            lock (_lock)
            {
                // A try under way counts as soon as its peer has begun to speak.
                PeerObservation seen = _running is not null && pool.PeerSpeaks ? _seen.Then(PeerObservation.Parsed) : _seen;
                return new AttemptFacts(seen, _credentials, _tries, _tries == 0 ? TimeSpan.Zero : time.GetElapsedTime(_since), _running, _detail, _fault);
            }
        }
    }

    /// <summary>Starts one more try, unless somebody else has done so since.</summary>
    /// <param name="known">The facts for which another try was decided.</param>
    /// <param name="demand">What the initiator hello asks.</param>
    public void StartTry(in AttemptFacts known, Demand demand)
    {
        lock (_lock)
        {
            if (_running is not null || _tries != known.Tries)
            {
                return;
            }
            if (_tries++ == 0)
            {
                _since = time.GetTimestamp();
            }
            _cut = CancellationTokenSource.CreateLinkedTokenSource(ending);
            _running = TryAsync(demand, _cut.Token);
        }
    }

    /// <summary>Gives the try under way up, and returns when it is known what became of it.</summary>
    public async Task CutAsync()
    {
        Task? running;
        lock (_lock)
        {
            running = _running;
            _cut?.Cancel();
        }
        await (running ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task TryAsync(Demand demand, CancellationToken cut)
    {
        // The lock is held by who starts it.
        await Task.Yield();
        try
        {
            await (asksOnly ? pool.EnquireAsync(cut) : pool.ReachAsync(demand, cut)).ConfigureAwait(false);
            End(PeerObservation.Protected, CredentialState.NotRefused, "");
        }
        catch (NegotiationException e) when (e.Observation is { } seen)
        {
            End(seen, e.Credentials, e.Message);
        }
        catch (OperationCanceledException)
        {
            End(pool.PeerSpeaks ? PeerObservation.Parsed : PeerObservation.Silent, CredentialState.NotRefused, $"node {pool.Peer.Name} ({pool.Peer.Address}) did not answer in time");
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void End(PeerObservation seen, CredentialState credentials, string detail)
    {
        lock (_lock)
        {
            _seen = _seen.Then(seen);
            // What one try has met stays, until an Accept verifies.
            _credentials = seen is PeerObservation.Protected or PeerObservation.Optional ? CredentialState.NotRefused
                : credentials == CredentialState.Refused ? credentials : _credentials;
            _detail = detail;
            EndTry();
        }
    }

    private void Fail(Exception fault)
    {
        lock (_lock)
        {
            _fault = fault;
            EndTry();
        }
    }

    private void EndTry()
    {
        _running = null;
        _cut?.Dispose();
        _cut = null;
    }
}
