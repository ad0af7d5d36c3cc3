using System.Net;
using System.Net.Http.Headers;

namespace FeBeRelay.Relay.Fleet;

/// <summary>Where bundles come from: a file, or an address that is asked with the entity tag of the answer before. One call at a time.</summary>
/// <param name="source">Path or address.</param>
internal sealed class BundleSource(string source) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient? _client = Uri.TryCreate(source, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
        ? new HttpClient { Timeout = Timeout, MaxResponseContentBufferSize = SignedBundle.MaxBytes }
        : null;

    private EntityTagHeaderValue? _tag;

    /// <summary>The envelope that is there; null if it is that of the call before.</summary>
    /// <exception cref="BundleException">It cannot be had.</exception>
    public async Task<byte[]?> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            return _client is null ? await ReadAsync(cancellation).ConfigureAwait(false) : await GetAsync(_client, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new BundleException($"{source} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    private async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        long length = new FileInfo(source).Length;
        return length <= SignedBundle.MaxBytes
            ? await File.ReadAllBytesAsync(source, cancellation).ConfigureAwait(false)
            : throw new BundleException($"{source} has {length} bytes; a bundle has at most {SignedBundle.MaxBytes}");
    }

    private async Task<byte[]?> GetAsync(HttpClient client, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, source);
        if (_tag is not null)
        {
            request.Headers.IfNoneMatch.Add(_tag);
        }
        using HttpResponseMessage response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            return null;
        }
        response.EnsureSuccessStatusCode();
        byte[] envelope = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        _tag = response.Headers.ETag;
        return envelope;
    }
}
