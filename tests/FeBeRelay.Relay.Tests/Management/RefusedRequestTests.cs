using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Management;

/// <summary>One endpoint for all cases.</summary>
public sealed class ManagedNodesFixture : IAsyncLifetime
{
    internal ManagedNodes Nodes { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Nodes = await ManagedNodes.StartAsync();

    public ValueTask DisposeAsync() => Nodes.DisposeAsync();
}

/// <summary>What strangers, other sites' pages and clumsy clients send to the management endpoint: each is refused for its own reason, and nothing changes.</summary>
public sealed class RefusedRequestTests(ManagedNodesFixture fixture) : IClassFixture<ManagedNodesFixture>
{
    private const string Ok = "Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {operator}\r\nConnection: close\r\n";
    private const string Json = "Content-Type: application/json\r\n";

    private readonly ManagedNodes _nodes = fixture.Nodes;

    /// <summary>A name that was made to mean this host's loopback address is still not its address.</summary>
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:{port}")]
    [InlineData("localhost.evil.example:{port}")]
    [InlineData("127.0.0.1.evil.example:{port}")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.2:{port}")]
    [InlineData("[::1]:{port}")]
    [InlineData("")]
    public async Task A_request_for_another_host_is_misdirected(string host) =>
        await RefusedAsync(421, $"GET /api/v1/node HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {{operator}}\r\nConnection: close\r\n\r\n", "Host");

    [Theory]
    [InlineData("Origin: http://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Origin: https://127.0.0.1:{port}")]
    [InlineData("Origin: http://127.0.0.1:1")]
    [InlineData("Origin: http://localhost:{port}")]
    [InlineData("Origin: http://127.0.0.1:{port}\r\nOrigin: http://evil.example")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-site")]
    public async Task A_request_of_another_site_is_refused(string field) => await RefusedAsync(403, $"GET /api/v1/node HTTP/1.1\r\n{Ok}{field}\r\n\r\n", "Origin");

    [Theory]
    [InlineData("")]
    [InlineData("Authorization: Bearer\r\n")]
    [InlineData("Authorization: Bearer 0000000000000000000000000000000000000000000000000000000000000000\r\n")]
    [InlineData("Authorization: Bearer {operator}0\r\n")]
    [InlineData("Authorization: {operator}\r\n")]
    [InlineData("Authorization: Basic b3BlcmF0b3I6{operator}\r\n")]
    [InlineData("Authorization: Bearer {operator}\r\nAuthorization: Bearer {operator}\r\n")]
    [InlineData("Cookie: token={operator}\r\n")]
    public async Task Who_has_no_token_is_not_authenticated(string field)
    {
        string answer = await RefusedAsync(401, $"GET /api/v1/node?token={{operator}} HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nConnection: close\r\n{field}\r\n", "Token");
        Assert.Contains("WWW-Authenticate: Bearer", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/address")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/metrics")]
    public async Task Strangers_do_not_learn_what_there_is(string path) =>
        await RefusedAsync(401, $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nConnection: close\r\n\r\n", "Token");

    [Theory]
    [InlineData("DELETE /api/v1/associations/{id}")]
    [InlineData("POST /api/v1/associations/{id}/rekey")]
    public async Task Who_may_only_look_changes_nothing(string line) => await RefusedAsync(
        403, $"{line} HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nAuthorization: Bearer {{viewer}}\r\nConnection: close\r\n{Json}Content-Length: 2\r\n\r\n{{}}", "Role");

    /// <summary>These are the types that a form of another site can send without asking first.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("Content-Type: application/x-www-form-urlencoded\r\n")]
    [InlineData("Content-Type: multipart/form-data; boundary=x\r\n")]
    [InlineData("Content-Type: text/plain; application/json\r\n")]
    public async Task What_changes_something_is_json(string type) =>
        await RefusedAsync(415, $"POST /api/v1/associations/{{id}}/rekey HTTP/1.1\r\n{Ok}{type}Content-Length: 2\r\n\r\n{{}}", "ContentType");

    [Theory]
    [InlineData("GET /api/v1/associations/{id}/rekey", 405)]
    [InlineData("HEAD /api/v1/associations/{id}/rekey", 405)]
    [InlineData("PUT /api/v1/associations/{id}", 405)]
    [InlineData("PATCH /api/v1/associations/{id}", 405)]
    [InlineData("OPTIONS /api/v1/associations/{id}", 405)]
    [InlineData("TRACE /api/v1/node", 405)]
    [InlineData("GET /api/v1/associations/0000", 404)]
    [InlineData("GET /api/v1/associations/%0d%0aX:%20y", 404)]
    [InlineData("GET /api/v1/associations/%00", 400)]
    [InlineData("GET /api/v2/node", 404)]
    [InlineData("GET /../../../../etc/passwd", 404)]
    public async Task No_other_method_or_address_has_an_effect(string line, int status) => await RefusedAsync(status, $"{line} HTTP/1.1\r\n{Ok}{Json}\r\n", null);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"reason\"")]
    [InlineData("{\"reason\": 1}")]
    [InlineData("{\"reason\": \"x\", \"more\": true}")]
    [InlineData("{\"reason\": \"x\"")]
    [InlineData("{\"reason\": \"x\"}{}")]
    public async Task A_body_that_is_not_as_it_must_be_is_refused(string body) =>
        await RefusedAsync(400, $"POST /api/v1/associations/{{id}}/rekey HTTP/1.1\r\n{Ok}{Json}Content-Length: {body.Length}\r\n\r\n{body}", null);

    [Fact]
    public async Task What_is_too_large_is_refused_before_it_is_read()
    {
        await RefusedAsync(413, $"POST /api/v1/associations/{{id}}/rekey HTTP/1.1\r\n{Ok}{Json}Content-Length: {RequestGuard.MaxBodyBytes + 1}\r\n\r\n", "Size");
        string chunk = $"10001\r\n{new string(' ', 0x10001)}\r\n0\r\n\r\n";
        await RefusedAsync(413, $"POST /api/v1/associations/{{id}}/rekey HTTP/1.1\r\n{Ok}{Json}Transfer-Encoding: chunked\r\n\r\n{chunk}", null);
        await RefusedAsync(431, $"GET /api/v1/node HTTP/1.1\r\n{Ok}X: {new string('x', ManagementEndpoint.MaxHeadBytes)}\r\n\r\n", null);
        await RefusedAsync(414, $"GET /{new string('x', ManagementEndpoint.MaxHeadBytes)} HTTP/1.1\r\n{Ok}\r\n", null);
    }

    [Theory]
    [InlineData("GET /api/v1/node\r\n\r\n")]
    [InlineData("GET /api/v1/node HTTP/9.9\r\n\r\n")]
    [InlineData("GET /api/v1/node HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n")]
    [InlineData("GET /api/v1/node HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}\r\n\r\n")]
    [InlineData("GET http://evil.example/api/v1/node HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")]
    [InlineData("GET /api/v1/node HTTP/1.1\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    public async Task What_is_no_request_is_refused(string request)
    {
        (int status, _) = await _nodes.SendAsync(request);
        Assert.InRange(status, 400, 505);
    }

    /// <param name="status">The status to expect.</param>
    /// <param name="request">What is sent.</param>
    /// <param name="error">What the security log must say; null where it is none of its business.</param>
    private async Task<string> RefusedAsync(int status, string request, string? error)
    {
        int told = Refusals(error);
        long counted = _nodes.Nodes.Relay.Monitor.ReadTotals().Rekeys;

        (int got, string text) = await _nodes.SendAsync(request);

        Assert.True(got == status, text);
        Assert.DoesNotContain(_nodes.Token(ManagementRole.Operator), text, StringComparison.Ordinal);
        Assert.Equal(counted, _nodes.Nodes.Relay.Monitor.ReadTotals().Rekeys);
        Assert.False(_nodes.Association.IsExpired);
        // Of one address ten failures in a minute are lines of their own; beyond, they are counted.
        await Eventually.TrueAsync(() => error is null || Refusals(error) > told || Refusals(null) >= 10);
        return text;
    }

    private int Refusals(string? error) => _nodes.Audit.Events.Count(e => e.Id == (int)AuditEventId.ManagementRefused && (error is null || e.Error == error));
}
