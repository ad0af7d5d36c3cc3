using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FeBeRelay.Protocol;
using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.Relay.Management;

/// <summary>Asks a node's management endpoint. Thread-safe.</summary>
internal sealed class ManagementClient : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);
    private static readonly Uri AnyLocal = new("http://localhost/");

    private readonly HttpClient _http;
    private readonly string _node;
    private readonly string _hint;
    private readonly IDisposable? _way;

    private ManagementClient(string node, string hint, Uri address, Func<CancellationToken, ValueTask<Stream>>? connect, string? token, IDisposable? way)
    {
        _node = node;
        _hint = hint;
        _way = way;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        if (connect is not null)
        {
            handler.ConnectCallback = (_, cancellation) => connect(cancellation);
        }
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout };
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>By a socket in the node's management folder.</summary>
    public static ManagementClient OverSocket(string socket) => new(
        $"the node of {socket}", "is the node running, as this user or with a folder that this user may enter?", AnyLocal, cancellation => ConnectAsync(socket, cancellation), null, null);

    /// <summary>By a loopback address and a token.</summary>
    public static ManagementClient OverTcp(Uri address, string token) => new(
        $"the node at {address}", "is the node running, and management:listen that address?", address, null, token, null);

    /// <summary>By channels to a peer, whose lists decide.</summary>
    public static ManagementClient OverChannels(ManagementChannels channels) => new(
        $"node {channels.Peer}", "feberelay probe tells at which step the way to it ends", AnyLocal, channels.ConnectAsync, null, channels);

    public Task<MonitorView> MonitorAsync(CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, "api/v1/monitor", ManagementJson.Default.MonitorView, cancellation);

    public Task<AssociationView> AssociationAsync(string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, PathOf(id), ManagementJson.Default.AssociationView, cancellation);

    public Task<Acted> DeleteAsync(string id, string? reason, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, PathOf(id), ManagementJson.Default.Acted, cancellation, new ActionRequest(reason));

    public Task<Acted> RekeyAsync(string id, string? reason, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"{PathOf(id)}/rekey", ManagementJson.Default.Acted, cancellation, new ActionRequest(reason));

    public void Dispose()
    {
        _http.Dispose();
        _way?.Dispose();
    }

    private static string PathOf(string id) => $"api/v1/associations/{Uri.EscapeDataString(id)}";

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> form, CancellationToken cancellation, ActionRequest? body = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, ManagementJson.Default.ActionRequest) };
            using HttpResponseMessage response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await RefusalAsync(response, cancellation).ConfigureAwait(false);
            }
            return await response.Content.ReadFromJsonAsync(form, cancellation).ConfigureAwait(false) ?? throw new JsonException("null");
        }
        catch (HttpRequestException e) when (e.InnerException is ManagementException known)
        {
            throw known;
        }
        catch (Exception e) when (RefusalOf(e) is { } code)
        {
            throw new ManagementException(
                ManagementFault.Refused, $"{_node} refuses: {code.Name()}", "name this node's certificate there in management:viewers, or in management:operators to change things", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || e is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new ManagementException(ManagementFault.Unreachable, $"{_node} does not answer: {(e.InnerException ?? e).Message.TrimEnd('.')}", _hint, e);
        }
    }

    /// <summary>What a peer answered in the place of the service, if it did.</summary>
    private static ErrorCode? RefusalOf(Exception? e) => e is null ? null : (e as ProtocolException)?.Code ?? RefusalOf(e.InnerException);

    private async Task<ManagementException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        Problem? problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await response.Content.ReadFromJsonAsync(ManagementJson.Default.Problem, cancellation).ConfigureAwait(false)
            : null;
        string reason = problem?.Title ?? $"status {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new(ManagementFault.Failed, reason, "feberelay sa list shows what there is"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(ManagementFault.Refused, $"{_node} refuses: {reason}", "the tokens are in the node's management folder: viewer.token, operator.token"),
            _ => new(ManagementFault.Failed, $"{_node}: {reason}", "the node's log says more"),
        };
    }
}
