using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>Clients that speak HTTP/2 over TLS, before a back end that speaks HTTP/1.1.</summary>
public sealed class Http2Tests : IAsyncLifetime
{
    private readonly TestAuthority _authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private readonly BackEndStub _backEnd = new();
    private readonly string _certificate = Path.GetTempFileName();
    private HttpNodes _nodes = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using X509Certificate2 leaf = _authority.Issue("mail.example");
        await File.WriteAllBytesAsync(_certificate, leaf.Export(X509ContentType.Pfx), Cancellation);
        _nodes = new HttpNodes
        {
            Scheme = "https",
            Settings = { ["Kestrel:Certificates:Default:Path"] = _certificate },
        };
        await _nodes.StartAsync(_backEnd.EndPoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _nodes.DisposeAsync();
        _backEnd.Dispose();
        _authority.Dispose();
        File.Delete(_certificate);
    }

    [Fact]
    public async Task A_request_with_a_body_of_unknown_length_is_chunked_and_trailers_come_back()
    {
        using HttpMessageInvoker client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, Url("/rpc?a%2Fb")) { Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("some body"))) };
        request.Content.Headers.ContentLength = null;
        request.Headers.TransferEncodingChunked = true;
        Use(request, HttpVersion.Version20);
        Task<HttpResponseMessage> answering = client.SendAsync(request, Cancellation);

        using HttpClientSocket served = await AcceptAsync(answering);
        string head = await served.ReadHeadAsync();
        Assert.StartsWith("POST /rpc?a%2Fb HTTP/1.1\r\n", head);
        Assert.Contains("Transfer-Encoding: chunked\r\n", head);
        Assert.Equal("9\r\nsome body\r\n0\r\n\r\n", await served.ReadToAsync("0\r\n\r\n"));
        await served.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");

        using HttpResponseMessage answer = await answering;
        Assert.Equal(HttpVersion.Version20, answer.Version);
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("42", answer.TrailingHeaders.GetValues("X-Sum").Single());
    }

    [Fact]
    public async Task A_challenge_that_binds_a_logon_to_the_connection_is_refused_on_a_connection_that_requests_share()
    {
        using HttpMessageInvoker client = Client();
        Task<HttpClientSocket> serving = ChallengeAsync();
        using var shared = new HttpRequestMessage(HttpMethod.Get, Url("/exchange/"));
        Use(shared, HttpVersion.Version20);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(shared, Cancellation));
        Assert.Equal(0xD, Assert.IsType<HttpProtocolException>(refused.InnerException).ErrorCode);
        using (HttpClientSocket first = await serving)
        {
            // A logon begun on it would be anybody's.
            Assert.True(await first.EndsWithResetAsync());
        }

        serving = ChallengeAsync();
        using var alone = new HttpRequestMessage(HttpMethod.Get, Url("/exchange/"));
        Use(alone, HttpVersion.Version11);
        using HttpResponseMessage answer = await client.SendAsync(alone, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        (await serving).Dispose();
    }

    [Fact]
    public async Task A_web_socket_over_http_2_is_an_upgrade_at_the_back_end()
    {
        using HttpMessageInvoker client = Client();
        using var socket = new ClientWebSocket { Options = { HttpVersion = HttpVersion.Version20, HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        Task connecting = socket.ConnectAsync(new Uri(Url("/ws").Replace("https", "wss", StringComparison.Ordinal)), client, Cancellation);
        using HttpClientSocket served = await AcceptAsync(connecting);
        string head = await served.ReadHeadAsync();
        Assert.StartsWith("GET /ws HTTP/1.1\r\n", head);
        Assert.Contains("Upgrade: websocket\r\n", head);
        Assert.Contains("Sec-WebSocket-Key: ", head);
        await served.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
        await connecting;

        // An unmasked text frame of the server's.
        await served.SendAsync([0x81, 2, (byte)'h', (byte)'i']);
        byte[] buffer = new byte[16];
        WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, Cancellation);
        Assert.Equal("hi", Encoding.ASCII.GetString(buffer, 0, received.Count));
        await socket.SendAsync("yo"u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        Assert.Equal(2 + 4 + 2, (await served.ReadAsync(8)).Length);
    }

    /// <summary>Not for ever: a client that has failed never gets there.</summary>
    private async Task<HttpClientSocket> AcceptAsync(Task client)
    {
        Task<Socket> accepting = _backEnd.AcceptAsync();
        if (await Task.WhenAny(client, accepting) == client)
        {
            await client;
        }
        return new HttpClientSocket(await accepting.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
    }

    private async Task<HttpClientSocket> ChallengeAsync()
    {
        var served = new HttpClientSocket(await _backEnd.AcceptAsync());
        await served.ReadHeadAsync();
        await served.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
        return served;
    }

    private static void Use(HttpRequestMessage request, Version version) =>
        (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);

    private string Url(string path) => $"https://mail.example:{_nodes.EndPoint.Port}{path}";

    private HttpMessageInvoker Client() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(_nodes.EndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _authority.Certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    });
}
