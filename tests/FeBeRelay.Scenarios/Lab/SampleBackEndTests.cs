using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Cli.Lab.BackEnd;
using Xunit;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>What the sample back end does beyond what the checks drive: it says no where a mail server would.</summary>
public sealed class SampleBackEndTests : IAsyncLifetime
{
    private const string Inbox = "/exchange/alice/Inbox/";

    private SampleBackEnd _backEnd = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _backEnd = await SampleBackEnd.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), new SampleStore(TimeProvider.System), TimeProvider.System, Cancellation);
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = _backEnd.Address };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", "YWxpY2U6eA==");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _backEnd.DisposeAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic not*base64")]
    [InlineData("Basic Og==")]
    [InlineData("Bearer YWxpY2U6eA==")]
    public async Task Without_a_name_the_mailbox_is_closed(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Inbox);
        _client.DefaultRequestHeaders.Authorization = null;
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage answer = await _client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
    }

    [Theory]
    [InlineData("https://elsewhere.test/")]
    [InlineData("//elsewhere.test/")]
    [InlineData("/exchange/\\elsewhere")]
    public async Task Signing_in_leads_nowhere_else(string destination)
    {
        using var form = new FormUrlEncodedContent([new("destination", destination), new("username", "alice"), new("password", "x")]);
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(SignIn.SubmitPath, UriKind.Relative), form, Cancellation);
        Assert.Equal(Inbox, answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task What_people_write_is_shown_as_text_never_as_markup()
    {
        using var form = new FormUrlEncodedContent([new("subject", "<script>1</script>"), new("text", "<b>&amp;")]);
        using HttpResponseMessage sent = await _client.PostAsync(new Uri(Inbox, UriKind.Relative), form, Cancellation);
        Assert.Equal(HttpStatusCode.SeeOther, sent.StatusCode);

        string page = await _client.GetStringAsync(new Uri(Inbox, UriKind.Relative), Cancellation);
        Assert.Contains("&lt;script&gt;1&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>1", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_ask_for_nothing_from_elsewhere()
    {
        foreach (string path in new[] { SignIn.LogonPath, Inbox, Inbox + "Welcome.EML" })
        {
            string page = await _client.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
            Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{0}exchange/alice/Sent%20Items/Lunch.EML", 201)]
    [InlineData("{0}exchange/alice/Inbox/Welcome.EML", 412)]
    [InlineData("{0}exchange/alice/Nowhere/Lunch.EML", 409)]
    [InlineData("{0}elsewhere", 400)]
    [InlineData("/exchange/alice/Sent%20Items/Lunch.EML", 400)]
    [InlineData("http://other.test/exchange/alice/Sent%20Items/Lunch.EML", 502)]
    public async Task MOVE_goes_only_where_it_may(string destination, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod("MOVE"), Inbox + "Lunch.EML");
        request.Headers.Add("Destination", string.Format(System.Globalization.CultureInfo.InvariantCulture, destination, _backEnd.Address));
        request.Headers.Add("Overwrite", "F");
        using HttpResponseMessage answer = await _client.SendAsync(request, Cancellation);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_not_xml_is_refused()
    {
        using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), Inbox) { Content = new StringContent("<a><b></a>") };
        using HttpResponseMessage answer = await _client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Attachments_have_no_limit_of_30_MB()
    {
        const int Length = 40_000_000;
        byte[] content = RandomNumberGenerator.GetBytes(Length);
        var path = new Uri(Inbox + "Welcome.EML/large.bin", UriKind.Relative);
        using var body = new ByteArrayContent(content);
        using HttpResponseMessage stored = await _client.PutAsync(path, body, Cancellation);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await _client.GetByteArrayAsync(path, Cancellation)));
    }

    /// <summary>The server looks at its connections once a second. A slow machine can make this test miss a fault, not find one that is not there.</summary>
    [Fact]
    public async Task A_connection_may_rest_between_two_requests()
    {
        using var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(_backEnd.EndPoint, Cancellation);
        await connection.SendAsync("GET /lab/reflect/rest HTTP/1.1\r\nHost: lab\r\n\r\n"u8.ToArray(), Cancellation);
        Assert.True(await connection.ReceiveAsync(new byte[4096], Cancellation) > 0);

        using var rest = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        rest.CancelAfter(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await connection.ReceiveAsync(new byte[1], rest.Token));
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_open_streams()
    {
        using HttpResponseMessage stream = await _client.GetAsync(
            new Uri(Notifications.PathFor("alice"), UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await _backEnd.DisposeAsync();
    }
}
