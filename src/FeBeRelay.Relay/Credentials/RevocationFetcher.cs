using System.Net.Http.Headers;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Credentials;

/// <summary>
/// Fetches revocation lists from the addresses that the configuration names, beside negotiations. A list is signed by its authority, so plain http
/// is as good as https; what cannot be fetched or read leaves the list that there was.
/// </summary>
/// <param name="addresses">Where the lists are.</param>
/// <param name="interval">Between two fetches of one address.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class RevocationFetcher(IReadOnlyList<Uri> addresses, TimeSpan interval, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>A fetch that failed is tried again sooner.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client = new() { Timeout = Timeout, MaxResponseContentBufferSize = IdentityLimits.RevocationListBytes };
    private readonly Dictionary<Uri, Fetched> _fetched = [];

    /// <summary>The lists that there are.</summary>
    public IReadOnlyList<RevocationList> Lists => [.. _fetched.Values.Select(f => f.List).OfType<RevocationList>()];

    /// <summary>Fetches what is due. One call at a time.</summary>
    /// <param name="all">Everything is due.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether a list is another than before.</returns>
    public async Task<bool> FetchAsync(bool all, CancellationToken cancellation)
    {
        bool changed = false;
        foreach (Uri address in addresses)
        {
            if (all || !_fetched.TryGetValue(address, out Fetched? fetched) || time.GetElapsedTime(0) >= fetched.Due)
            {
                changed |= await FetchAsync(address, cancellation).ConfigureAwait(false);
            }
        }
        return changed;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<bool> FetchAsync(Uri address, CancellationToken cancellation)
    {
        Fetched before = _fetched.GetValueOrDefault(address) ?? new Fetched(null, null, default);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (before.Tag is not null)
            {
                request.Headers.IfNoneMatch.Add(before.Tag);
            }
            using HttpResponseMessage response = await _client.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.StatusCode == System.Net.HttpStatusCode.NotModified)
            {
                _fetched[address] = before with { Due = time.GetElapsedTime(0) + interval };
                return false;
            }
            response.EnsureSuccessStatusCode();
            RevocationList list = RevocationList.Parse(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false), address.ToString());
            _fetched[address] = new Fetched(list, response.Headers.ETag, time.GetElapsedTime(0) + interval);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IdentityException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            CredentialLog.FetchFailed(logger, address, e.Message);
            _fetched[address] = before with { Due = time.GetElapsedTime(0) + (RetryInterval < interval ? RetryInterval : interval) };
            return false;
        }
    }

    /// <param name="Due">On the clock that nobody sets: one that was ahead and is put right must not end the fetching.</param>
    private sealed record Fetched(RevocationList? List, EntityTagHeaderValue? Tag, TimeSpan Due);
}
