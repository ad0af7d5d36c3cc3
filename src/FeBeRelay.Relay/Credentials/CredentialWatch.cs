using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Relay.Audit;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Credentials;

/// <summary>
/// Looks after certificate, roots and revocation lists while the node runs: what has changed in the files or at the addresses takes effect without a
/// restart, for live associations too. Files that cannot be used change nothing and are told.
/// </summary>
internal sealed class CredentialWatch : IAsyncDisposable
{
    /// <summary>A certificate that no peer has shown for so long is no longer asked about.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(1);

    private readonly NodeIdentity _identity;
    private readonly AssociationTable _associations;
    private readonly CredentialFiles _files;
    private readonly RevocationFetcher _fetcher;
    private readonly OcspFetcher _responders;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ExpiryWarnings _warnings;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private ITimer? _timer;
    private NodeCertificate _certificate;
    private TrustedRoots _roots;
    private RevocationLists _lists;
    private string _certificateStamp;
    private string _trustStamp;
    private string? _refusedStamp;
    private string? _toldStamp;
    private DateTimeOffset _lookedAt;
    private long _forgotAt;

    /// <param name="identity">What is replaced in; made from the same files.</param>
    /// <param name="associations">What lives under it.</param>
    /// <param name="files">The files.</param>
    /// <param name="fetcher">The lists behind addresses; owned from here on.</param>
    /// <param name="responders">The responders; owned from here on.</param>
    /// <param name="audit">The audit log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="IdentityException">The files are not usable.</exception>
    public CredentialWatch(
        NodeIdentity identity, AssociationTable associations, CredentialFiles files, RevocationFetcher fetcher, OcspFetcher responders, AuditLog audit, TimeProvider time, ILogger logger)
    {
        _identity = identity;
        _associations = associations;
        _files = files;
        _fetcher = fetcher;
        _responders = responders;
        _audit = audit;
        _time = time;
        _logger = logger;
        _warnings = new ExpiryWarnings(audit, logger);
        _certificate = identity.Certificate;
        // Stamps first: what changes in between is seen at the next look.
        _certificateStamp = files.CertificateStamp();
        _trustStamp = files.TrustStamp();
        _roots = files.LoadRoots();
        _lists = files.LoadLists([], responders.Answers);
        _lookedAt = time.GetUtcNow();
        _forgotAt = time.GetTimestamp();
    }

    /// <summary>Fetches what is to be fetched, lets the lists count, and looks again every so often.</summary>
    /// <param name="every">The interval; zero looks only when asked.</param>
    public async Task StartAsync(TimeSpan every)
    {
        await _fetcher.FetchAsync(all: true, _ending.Token).ConfigureAwait(false);
        _lists = _files.LoadLists(_fetcher.Lists, _responders.Answers);
        _identity.Replace(_certificate, _roots, _lists);
        // A peer is waiting for it: at once, and not on the thread of its negotiation.
        _responders.Wanted += () => _ = Task.Run(() => LookAsync(all: false));
        _warnings.Look(_certificate, _lists, _time.GetUtcNow());
        if (every > TimeSpan.Zero)
        {
            _timer = _time.CreateTimer(_ => _ = LookAsync(all: false), null, every, every);
        }
    }

    /// <summary>Looks now, at addresses too: the operator has asked.</summary>
    public Task ReloadAsync() => LookAsync(all: true);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }
        await _looking.WaitAsync().ConfigureAwait(false);
        _fetcher.Dispose();
        _responders.Dispose();
        _looking.Dispose();
        _ending.Dispose();
    }

    private async Task LookAsync(bool all)
    {
        if (_ending.IsCancellationRequested || !await _looking.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return;
        }
        try
        {
            bool fetched = await _fetcher.FetchAsync(all, _ending.Token).ConfigureAwait(false);
            Compare(fetched);
            await AskAsync(all).ConfigureAwait(false);
            RecheckWhatHasEnded();
            _warnings.Look(_certificate, _lists, _time.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        finally
        {
            _looking.Release();
        }
        if (_responders.IsDue)
        {
            // Wanted since the last question, and turned away above.
            await LookAsync(all: false).ConfigureAwait(false);
        }
    }

    private async Task AskAsync(bool all)
    {
        do
        {
            if (await _responders.AskAsync(all, _ending.Token).ConfigureAwait(false))
            {
                RecheckAll();
            }
            all = false;
        }
        while (_responders.IsDue);
        if (_lists.Answers is not null && _time.GetElapsedTime(_forgotAt) >= ForgetAfter)
        {
            // Peers with live associations are seen by this, so that only the others are forgotten.
            RecheckAll();
            _responders.Forget(ForgetAfter);
            _forgotAt = _time.GetTimestamp();
        }
    }

    /// <summary>Nothing that was accepted before is remembered.</summary>
    private void RecheckAll()
    {
        _identity.Replace(_certificate, _roots, _lists);
        _associations.Recheck(_identity);
    }

    /// <summary>Where unknown is refused, a list or an answer that ends is a change.</summary>
    private void RecheckWhatHasEnded()
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (_lists.EndsBetween(_lookedAt, now))
        {
            _associations.Recheck(_identity);
        }
        _lookedAt = now;
    }

    private void Compare(bool fetched)
    {
        (string certificate, string trust) = (_files.CertificateStamp(), _files.TrustStamp());
        if (certificate == _certificateStamp && trust == _trustStamp && !fetched)
        {
            return;
        }
        try
        {
            Replace(certificate, trust);
            _refusedStamp = null;
        }
        catch (IdentityException e)
        {
            TellRefused(certificate + trust, e.Message);
        }
    }

    private void Replace(string certificate, string trust)
    {
        NodeCertificate newCertificate = certificate == _certificateStamp ? _certificate : _files.LoadCertificate();
        IReadOnlyList<PreSharedKey> keys = _files.LoadKeys();
        (_roots, _lists) = (_files.LoadRoots(), _files.LoadLists(_fetcher.Lists, _responders.Answers));
        string what = certificate != _certificateStamp
            ? $"certificate ({newCertificate.Fingerprint}, until {newCertificate.NotAfter:u})" + (trust == _trustStamp ? "" : ", roots, revocation lists or pre-shared keys")
            : "roots, revocation lists or pre-shared keys";
        bool isOther = !ReferenceEquals(newCertificate, _certificate);
        (_certificate, _certificateStamp, _trustStamp) = (newCertificate, certificate, trust);
        _identity.Replace(_certificate, _roots, _lists, keys);
        CredentialLog.Replaced(_logger, what);
        _audit.CredentialsReplaced(what, _certificate.DnsNames);
        if (isOther)
        {
            _associations.RenewAll();
        }
        _associations.Recheck(_identity);
    }

    /// <summary>Told once, and only of files that have come to rest: a certificate may be there a moment before its key.</summary>
    private void TellRefused(string stamp, string detail)
    {
        if (stamp == _refusedStamp && stamp != _toldStamp)
        {
            _toldStamp = stamp;
            CredentialLog.NotUsable(_logger, detail);
            _audit.CredentialsNotUsable(detail);
        }
        _refusedStamp = stamp;
    }
}
