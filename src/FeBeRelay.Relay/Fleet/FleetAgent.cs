using System.Security.Cryptography;
using FeBeRelay.Channel;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Fleet;

/// <summary>
/// Follows the fleet's bundles: looks for a newer one, checks it, keeps it, prepares for it and switches at its time. What is refused or out of reach
/// changes nothing.
/// </summary>
internal sealed class FleetAgent : IAsyncDisposable
{
    /// <summary>Bundles have times of the clock on the wall, which may be set while a timer waits; so it looks again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly FleetSettings _settings;
    private readonly NodeIdentity _identity;
    private readonly EffectivePolicy _policy;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BundleGate _gate;
    private readonly BundleSource _source;
    private readonly BundleCache _cache;
    private readonly SemaphoreSlim _polling = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _switching = new();
    private ITimer? _poll;
    private ITimer? _due;
    private PolicyBundle? _newest;
    private PolicyBundle? _inEffect;
    private PolicyBundle? _staleTold;
    private byte[] _seen = [];
    private string? _told;

    /// <param name="settings">Fleet, source and signers.</param>
    /// <param name="identity">Who the node is, and whom it believes.</param>
    /// <param name="policy">What it switches.</param>
    /// <param name="audit">The audit log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public FleetAgent(FleetSettings settings, NodeIdentity identity, EffectivePolicy policy, AuditLog audit, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _identity = identity;
        _policy = policy;
        _audit = audit;
        _time = time;
        _logger = logger;
        _gate = new BundleGate(settings, identity.Verify);
        _source = new BundleSource(settings.Source);
        _cache = new BundleCache(settings.Cache!);
    }

    /// <summary>The newest bundle that was taken.</summary>
    public PolicyBundle? Newest
    {
        get
        {
            lock (_switching)
            {
                return _newest;
            }
        }
    }

    /// <summary>The one whose policy holds.</summary>
    public PolicyBundle? InEffect
    {
        get
        {
            lock (_switching)
            {
                return _inEffect;
            }
        }
    }

    /// <summary>Goes on with the bundle that was kept, and begins to look for a newer one.</summary>
    public void Start()
    {
        try
        {
            if (_cache.Read() is { } newest)
            {
                PolicyBundle bundle = _gate.Open(newest);
                if (bundle.Activate > _time.GetUtcNow() && _cache.ReadBefore() is { } before)
                {
                    Take(_gate.Open(before));
                }
                _seen = SHA256.HashData(newest);
                Take(bundle);
            }
        }
        catch (BundleException e)
        {
            FleetLog.CacheNotUsable(_logger, _cache.Path, e.Message);
            _audit.BundleRefused($"{_cache.Path}: {e.Message}");
        }
        _poll = _time.CreateTimer(_ => _ = PollAsync(), null, TimeSpan.Zero, TimeSpan.FromSeconds(_settings.PollSeconds));
    }

    /// <summary>Looks at the source now.</summary>
    public async Task PollAsync()
    {
        if (_ending.IsCancellationRequested || !await _polling.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return;
        }
        try
        {
            byte[]? envelope = await FetchAsync().ConfigureAwait(false);
            if (envelope is not null && SHA256.HashData(envelope) is var hash && !hash.AsSpan().SequenceEqual(_seen))
            {
                _seen = hash;
                PolicyBundle bundle = _gate.Admit(envelope, _newest, _time.GetUtcNow());
                _cache.Write(envelope, isPresentInEffect: _newest is not null && _newest == _inEffect);
                Take(bundle);
            }
        }
        catch (BundleException e)
        {
            FleetLog.Refused(_logger, e.Message);
            _audit.BundleRefused(e.Message);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        finally
        {
            _polling.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        _poll?.Dispose();
        await _polling.WaitAsync().ConfigureAwait(false);
        _due?.Dispose();
        _source.Dispose();
        _polling.Dispose();
        _ending.Dispose();
    }

    /// <summary>A source that is out of reach is told once, until it is within reach again.</summary>
    private async Task<byte[]?> FetchAsync()
    {
        try
        {
            byte[]? envelope = await _source.FetchAsync(_ending.Token).ConfigureAwait(false);
            _told = null;
            return envelope;
        }
        catch (BundleException e)
        {
            if (_told != e.Message)
            {
                _told = e.Message;
                FleetLog.NotReached(_logger, e.Message);
            }
            return null;
        }
    }

    private void Take(PolicyBundle bundle)
    {
        lock (_switching)
        {
            _newest = bundle;
            PolicyUnit unit = UnitIn(bundle);
            string name = PolicyOf(unit).Name;
            string activate = bundle.Activate is { } at ? $"{at:u}" : "now";
            FleetLog.Taken(_logger, bundle.ToString(), unit.Path, name, activate);
            _audit.BundleTaken($"{bundle}: unit {unit.Path}, policy {name}, in effect from {activate}");
            _due ??= _time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        Look();
    }

    /// <summary>Does what the time says, and sets the timer for what comes next.</summary>
    private void Look()
    {
        lock (_switching)
        {
            if (_newest is not { } bundle || _ending.IsCancellationRequested)
            {
                return;
            }
            DateTimeOffset now = _time.GetUtcNow();
            if (bundle.Activate > now && _inEffect != bundle)
            {
                _policy.Prepare(PolicyOf(UnitIn(bundle)));
            }
            else if (_inEffect != bundle)
            {
                Activate(bundle);
            }
            if (bundle.NotAfter <= now)
            {
                GoStale(bundle);
            }
            DateTimeOffset next = bundle.Activate > now ? bundle.Activate.Value : bundle.NotAfter;
            TimeSpan wait = next > now ? next - now : LongestWait;
            _due!.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Activate(PolicyBundle bundle)
    {
        NodePolicy policy = PolicyOf(UnitIn(bundle));
        _inEffect = bundle;
        _policy.Change(policy, $"policy bundle {bundle}", endsClear: true);
        FleetLog.Activated(_logger, bundle.ToString(), policy.Name);
    }

    private void GoStale(PolicyBundle bundle)
    {
        if (_staleTold == bundle)
        {
            return;
        }
        _staleTold = bundle;
        bool closes = _settings.WhenStale == "secureServer";
        string consequence = closes ? "secureServer holds" : "it is kept";
        FleetLog.Stale(_logger, bundle.ToString(), consequence);
        _audit.BundleStale($"{bundle} ended at {bundle.NotAfter:u} and there is no newer one: {consequence}");
        if (closes)
        {
            _policy.Change(NodePolicy.Of(Posture.SecureServer), $"policy bundle {bundle} has ended", endsClear: true);
        }
    }

    private PolicyUnit UnitIn(PolicyBundle bundle) => bundle.UnitOf(_identity.Certificate.DnsNames, _identity.Certificate.OrganizationalUnits);

    /// <summary>Where no unit on the way up has a policy the bundle says nothing about this node: its own configuration does.</summary>
    private NodePolicy PolicyOf(PolicyUnit unit) => unit.NearestWithPolicy?.Policy ?? _policy.Own;
}
