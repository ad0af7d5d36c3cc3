using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Relay.Audit;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Credentials;

/// <summary>
/// Asks the responders that the configuration names about certificates that peers have shown, beside negotiations, and again as long as they are seen.
/// Only certificates get here that lead to an authority the node believes. An answer is signed, so plain http is as good as https; what cannot be fetched
/// or believed leaves the answer that there was.
/// </summary>
/// <param name="addresses">The responders; each certificate is asked about at one after the other, until one has an answer.</param>
/// <param name="interval">Between two questions about one certificate.</param>
/// <param name="audit">The security log.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class OcspFetcher(IReadOnlyList<Uri> addresses, TimeSpan interval, AuditLog audit, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Before an answer ends the next is asked for, but not in a hurry.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);

    /// <summary>What has no answer is asked about sooner again, and a responder that was out of reach is left alone for as long.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client = new() { Timeout = Timeout, MaxResponseContentBufferSize = IdentityLimits.OcspResponseBytes };
    private readonly ConcurrentDictionary<CertificateId, Asked> _asked = new();
    private readonly ConcurrentDictionary<CertificateId, OcspResponse> _responses = new();
    private readonly Dictionary<Uri, TimeSpan> _outOfReach = [];

    /// <summary>A certificate is seen that was not asked about yet. Handlers return at once.</summary>
    public event Action? Wanted;

    /// <summary>Whether something should be asked now.</summary>
    public bool IsDue => _asked.Values.Any(asked => asked.Due <= Now);

    /// <summary>What was answered up to now, and what will be; null where no responder is asked.</summary>
    public OcspAnswers? Answers => addresses.Count == 0 ? null : new OcspAnswers(_responses, See);

    // The clock that nobody sets: one that was ahead and is put right must not end the asking.
    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Asks what is due. One call at a time.</summary>
    /// <param name="all">Everything is due.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether a certificate has been revoked.</returns>
    public async Task<bool> AskAsync(bool all, CancellationToken cancellation)
    {
        bool isRevoked = false;
        if (all)
        {
            _outOfReach.Clear();
        }
        foreach ((CertificateId id, Asked asked) in _asked)
        {
            if (all || asked.Due <= Now)
            {
                isRevoked |= await AskAsync(id, asked, cancellation).ConfigureAwait(false);
            }
        }
        return isRevoked;
    }

    /// <summary>Forgets what was not seen since.</summary>
    /// <param name="age">Seen longer ago than this.</param>
    public void Forget(TimeSpan age)
    {
        foreach (CertificateId id in _asked.Where(pair => Now - pair.Value.Seen > age).Select(pair => pair.Key))
        {
            Forget(id);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private void Forget(CertificateId id)
    {
        _asked.TryRemove(id, out _);
        _responses.TryRemove(id, out _);
    }

    private void See(CertificateId id, X509Certificate2 issuer)
    {
        if (_asked.TryGetValue(id, out Asked? known))
        {
            known.Seen = Now;
            return;
        }
        // Full of certificates that their authorities have all issued: those that are shown least go first.
        if (_asked.Count >= IdentityLimits.OcspCertificates)
        {
            Forget(_asked.MinBy(pair => pair.Value.Seen).Key);
        }
        if (_asked.TryAdd(id, new Asked(issuer.RawData) { Seen = Now, Due = Now }))
        {
            Wanted?.Invoke();
        }
    }

    private async Task<bool> AskAsync(CertificateId id, Asked asked, CancellationToken cancellation)
    {
        OcspResponse? before = _responses.GetValueOrDefault(id);
        asked.Due = Now + Shorter(RetryInterval, interval);
        foreach (Uri address in addresses)
        {
            if (_outOfReach.GetValueOrDefault(address) > Now || await TryAskAsync(address, id, asked, cancellation).ConfigureAwait(false) is not { } response)
            {
                continue;
            }
            if (response.Status == CertificateStatus.Unknown)
            {
                // Another may know it, and who knew it before is believed until that answer ends.
                _responses.TryAdd(id, response);
            }
            else if (before is null or { Status: CertificateStatus.Unknown } || before.ThisUpdate <= response.ThisUpdate)
            {
                // An older answer, which somebody has kept, takes nothing back that a newer one said.
                _responses[id] = response;
                asked.Due = Now + Shorter(interval, Longer(Shortest, (response.NextUpdate - time.GetUtcNow()) / 2));
                return response.Status == CertificateStatus.Revoked && before is not { Status: CertificateStatus.Revoked };
            }
        }
        return false;
    }

    private async Task<OcspResponse?> TryAskAsync(Uri address, CertificateId id, Asked asked, CancellationToken cancellation)
    {
        try
        {
            using var request = new ByteArrayContent(id.ToRequest());
            request.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
            using HttpResponseMessage response = await _client.PostAsync(address, request, cancellation).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            byte[] content = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            using X509Certificate2 issuer = X509CertificateLoader.LoadCertificate(asked.Issuer);
            return OcspResponse.Parse(content, id, issuer, time.GetUtcNow(), address.ToString());
        }
        catch (IdentityException e)
        {
            CredentialLog.AnswerRefused(logger, e.Message);
            audit.AnswerRefused(address, e.Message);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            CredentialLog.ResponderOutOfReach(logger, address, e.Message);
            _outOfReach[address] = Now + Shorter(RetryInterval, interval);
            return null;
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <param name="issuer">The authority's certificate, DER.</param>
    private sealed class Asked(byte[] issuer)
    {
        public byte[] Issuer => issuer;

        /// <summary>When a peer last showed it.</summary>
        public TimeSpan Seen { get; set; }

        public TimeSpan Due { get; set; }
    }
}
