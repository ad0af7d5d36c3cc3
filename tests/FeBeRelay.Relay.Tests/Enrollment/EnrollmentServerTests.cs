using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Enrollment;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Enrollment;

/// <summary>The authority's server, and whom a new node sends its token to.</summary>
public sealed class EnrollmentServerTests : IAsyncLifetime
{
    private static readonly IssueRequest Names = new("fe1.lab.test");

    private readonly CertificateFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("Site CA", TimeProvider.System);
    private EnrollmentServer? _server;
    private Uri _address = new("https://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        var files = new CertificateFiles(_folder.Path);
        CertificateFiles.Write(files.AuthorityKey, _authority.ExportKeyPem(), isSecret: true);
        CertificateFiles.Write(files.AuthorityCertificate, _authority.Certificate.ExportCertificatePem(), isSecret: false);
        _server = new EnrollmentServer(new IPEndPoint(IPAddress.Loopback, 0), files, TimeProvider.System, NullLoggerFactory.Instance);
        _address = await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _authority.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_with_another_authority_is_not_sent_the_token()
    {
        using var others = CertificateAuthority.Create("Site CA", TimeProvider.System);
        var client = new EnrollmentClient(_address, TimeProvider.System);

        EnrollmentException e = await Assert.ThrowsAsync<EnrollmentException>(
            () => client.FindAuthorityAsync(CertificateNames.Fingerprint(others.Certificate), TestContext.Current.CancellationToken));

        Assert.Equal(EnrollmentFault.Refused, e.Fault);
        Assert.Contains("the token was not sent", e.Message, StringComparison.Ordinal);
        Assert.Contains(CertificateNames.Fingerprint(_authority.Certificate), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_of_the_same_authority_and_a_stranger_cannot_pose_as_the_server(bool isOfAuthority)
    {
        using var strange = CertificateAuthority.Create("Site CA", TimeProvider.System);
        using X509Certificate2 leaf = (isOfAuthority ? _authority : strange).Issue(new IssueRequest("localhost"));
        using var listening = new TcpListener(IPAddress.Loopback, 0);
        listening.Start();
        Task<int> heard = HearAsync(listening, leaf);
        var client = new EnrollmentClient(new Uri($"https://localhost:{((IPEndPoint)listening.LocalEndpoint).Port}"), TimeProvider.System);

        EnrollmentException e = await Assert.ThrowsAsync<EnrollmentException>(
            () => client.EnrollAsync(EnrollmentToken.Create(Names, _authority.Certificate), _authority.Certificate, _key, TestContext.Current.CancellationToken));

        Assert.Equal(EnrollmentFault.Refused, e.Fault);
        Assert.Contains("cannot show that the authority lets it answer", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, await heard);
    }

    [Fact]
    public async Task A_token_made_meanwhile_works_and_the_refusals_say_why()
    {
        EnrollmentToken token = Token();
        var client = new EnrollmentClient(_address, TimeProvider.System);
        using X509Certificate2 authority = await client.FindAuthorityAsync(token.Authority, TestContext.Current.CancellationToken);

        Assert.Contains("not known here", (await Refused(token with { Secret = "c2VjcmV0" })).Message, StringComparison.Ordinal);
        Assert.Contains("asks for be1.lab.test, but the token was made for fe1.lab.test", (await Refused(token with { DnsNames = ["be1.lab.test"] })).Message, StringComparison.Ordinal);
        using X509Certificate2 certificate = await client.EnrollAsync(token, authority, _key, TestContext.Current.CancellationToken);
        Assert.Contains("was used already", (await Refused(token)).Message, StringComparison.Ordinal);

        async Task<EnrollmentException> Refused(EnrollmentToken shown) =>
            await Assert.ThrowsAsync<EnrollmentException>(() => client.EnrollAsync(shown, authority, _key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_no_enrolment_is_refused()
    {
        using HttpClient http = Anybody();
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(_address, "/"), TestContext.Current.CancellationToken)).StatusCode);
        using HttpResponseMessage bare = await PostAsync(http, "simpleenroll", "AAAA");
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        Assert.Equal("Basic", Assert.Single(bare.Headers.WwwAuthenticate).Scheme);
        using HttpResponseMessage renewal = await PostAsync(http, "simplereenroll", "AAAA");
        Assert.Equal(HttpStatusCode.Forbidden, renewal.StatusCode);
        EnrollmentToken token = Token();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{token.Name}:{token.Secret}")));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(http, "simpleenroll", new string('A', EnrollmentApi.MaxBodyBytes + 4))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "simpleenroll", "not base64")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "simpleenroll", "AAAA")).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", "?");
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(http, "simpleenroll", "AAAA")).StatusCode);
    }

    [Fact]
    public async Task More_requests_of_one_address_than_the_limit_are_turned_away()
    {
        using HttpClient http = Anybody();
        HttpStatusCode last = HttpStatusCode.OK;

        // The window may turn once between them.
        for (int i = 0; i <= 2 * EnrollmentApi.RequestsPerMinute && last != HttpStatusCode.TooManyRequests; i++)
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(_address, "/.well-known/est/cacerts"), TestContext.Current.CancellationToken);
            last = response.StatusCode;
            Assert.Equal(last == HttpStatusCode.TooManyRequests, response.Headers.RetryAfter is not null);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    private static HttpClient Anybody() => new(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null } });

    /// <summary>How many bytes of a request a server hears that has that certificate.</summary>
    private static async Task<int> HearAsync(TcpListener listening, X509Certificate2 leaf)
    {
        using TcpClient client = await listening.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = leaf }, TestContext.Current.CancellationToken);
            return await tls.ReadAsync(new byte[1_000], TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return 0;
        }
    }

    private Task<HttpResponseMessage> PostAsync(HttpClient http, string operation, string body) =>
        http.PostAsync(new Uri(_address, $"/.well-known/est/{operation}"), new StringContent(body), TestContext.Current.CancellationToken);

    private EnrollmentToken Token()
    {
        EnrollmentToken token = EnrollmentToken.Create(Names, _authority.Certificate);
        new TokenStore(new CertificateFiles(_folder.Path), TimeProvider.System).Add(token, 30, TimeSpan.FromHours(1));
        return token;
    }
}
