using System.Net;
using System.Text;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FeBeRelay.Channel.Tests.Hosting;

/// <summary>Kestrel and HttpClient over the channel, with no node between them.</summary>
public sealed class KestrelTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_request_arrives_with_its_host_and_the_proved_identity_of_who_asks()
    {
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/who", (HttpContext context) =>
            $"{context.Request.Host} {context.Features.Get<ChannelPeer>()!.Identity.Name} {context.Features.Get<ChannelPeer>()!.Service}"));
        using HttpClient http = ChannelSite.Http(site.Client());
        Assert.Equal("owa.lab.test fe.lab.test owa", await http.GetStringAsync(new Uri("who", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 60_000)]
    public async Task Large_bodies_pass_both_ways_unchanged()
    {
        byte[] body = new byte[5_000_000];
        new Random(7).NextBytes(body);
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapPost("/echo", async (HttpContext context) => await context.Request.Body.CopyToAsync(context.Response.Body, TestContext.Current.CancellationToken)));
        using HttpClient http = ChannelSite.Http(site.Client());
        for (int round = 0; round < 3; round++)
        {
            using HttpResponseMessage answer = await http.PostAsync(new Uri("echo", UriKind.Relative), new ByteArrayContent(body), TestContext.Current.CancellationToken);
            Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_channel_carries_one_connection_after_the_other()
    {
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/channel", (HttpContext context) => context.Connection.Id));
        ChannelClient client = site.Client();
        var seen = new List<string>();
        for (int round = 0; round < 3; round++)
        {
            using HttpClient http = ChannelSite.Http(client);
            http.DefaultRequestHeaders.ConnectionClose = round == 1;
            seen.Add(await http.GetStringAsync(new Uri("channel", UriKind.Relative), TestContext.Current.CancellationToken));
            http.Dispose();
            while (client.IdleChannels == 0)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }
        string[] channels = [.. seen.Select(id => id.Split(':')[0]).Distinct()];
        Assert.Single(channels);
        Assert.Equal(3, seen.Distinct().Count());
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_ends_its_side_after_the_request_gets_the_answer()
    {
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/", async () =>
        {
            asked.SetResult();
            await go.Task;
            return "late";
        }));
        await using SecureChannelStream stream = await site.Client().OpenStreamAsync("owa", TestContext.Current.CancellationToken);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.EndWritesAsync();
        await asked.Task;
        go.SetResult();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.EndsWith("late\r\n0\r\n\r\n", (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Replace("4\r\nlate", "late", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_is_cut_aborts_the_request()
    {
        var asked = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            context.RequestAborted.Register(() => aborted.SetResult());
            asked.SetResult();
            await aborted.Task;
        }));
        SecureChannelStream stream = await site.Client().OpenStreamAsync("owa", TestContext.Current.CancellationToken);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await asked.Task;
        await stream.DisposeAsync();
        await aborted.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("fe.lab.test", "no-such", "no_service")]
    [InlineData("fe.lab.test", "admin", "not_authorised")]
    public async Task A_service_that_is_not_for_the_peer_is_refused(string name, string service, string code)
    {
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/", () => "here"));
        using HttpClient http = ChannelSite.Http(site.Client(name), service);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri("", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Contains(code, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_that_no_service_names_does_not_get_in_and_neither_side_takes_another_for_its_peer()
    {
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/", () => "here"));
        await Assert.ThrowsAsync<NegotiationException>(() => site.Client("stranger.lab.test").OpenStreamAsync("owa", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NegotiationException>(() => site.Client(identity: "other.lab.test").OpenStreamAsync("owa", TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_stops_finishes_its_answer()
    {
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using ChannelSite site = await ChannelSite.StartAsync(app => app.MapGet("/", async () =>
        {
            asked.SetResult();
            await go.Task;
            return "finished";
        }));
        using HttpClient http = ChannelSite.Http(site.Client());
        Task<string> answer = http.GetStringAsync(new Uri("", UriKind.Relative), TestContext.Current.CancellationToken);
        await asked.Task;
        Task stopping = site.StopAsync();
        go.SetResult();
        Assert.Equal("finished", await answer);
        await stopping.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new ChannelClient(new ChannelClientOptions()));
        Assert.Contains("Peer", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidOperationException>(() => new ChannelClient(new ChannelClientOptions { Peer = new PeerNode("be", new IPEndPoint(IPAddress.Loopback, 1), "be") }));
        Assert.Contains("Certificate", error.Message, StringComparison.Ordinal);
    }
}
