using FeBeRelay.Channel;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

// What these tests wait for takes no token: the limit is for the run, not for the test.
#pragma warning disable xUnit1069

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>Back-end connections of an http endpoint that become quiet lose their data keys, and lose nothing by it. The clock of both nodes is the test's.</summary>
public sealed class ParkingTests
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Upgraded = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n";

    private readonly NodeClock _clock = new();

    [Fact(Timeout = 120_000)]
    public async Task A_request_that_the_back_end_answers_an_hour_later_waits_parked()
    {
        await using Hop hop = await StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("POST /Microsoft-Server-ActiveSync?Cmd=Ping HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        await ParkedAsync(hop);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, Channel(hop).QuickModes);

        await served.SendAsync(Answer);

        await hop.Client.ReadToAsync("\r\n\r\nok");
        Assert.Equal(1, Channel(hop).QuickModes);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_idle_connection_is_parked_and_carries_the_next_request()
    {
        await using Hop hop = await StartAsync();
        HttpClientSocket served = await WarmAsync(hop);
        for (int i = 1; i <= 3; i++)
        {
            await ParkedAsync(hop);
            Assert.Equal(1, hop.Nodes.Relay.Http!.IdleConnections);

            // One that may be sent only once, so that it is not sent anew where it fails.
            await hop.Client.SendAsync($"POST /{i} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
            Assert.StartsWith($"POST /{i} ", await served.ReadHeadAsync());
            await served.SendAsync(Answer);
            await hop.Client.ReadToAsync("\r\n\r\nok");
            await hop.HasIdleAsync(1);
            Assert.Equal((1u, i), (Channel(hop).StreamNumber, (int)Channel(hop).QuickModes));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task The_connection_that_a_logon_is_bound_to_is_parked_and_carries_the_next_request()
    {
        await using Hop hop = await StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\nAuthorization: NTLM abc\r\n\r\n");
        await served.SendAsync(Answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
        await ParkedAsync(hop);

        await hop.Client.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");

        Assert.StartsWith("POST / ", await served.ReadHeadAsync());
        await served.SendAsync(Answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_request_on_an_idle_connection_whose_association_the_peer_lost_arrives_once()
    {
        await using Hop hop = await StartAsync();
        HttpClientSocket served = await WarmAsync(hop);
        await ParkedAsync(hop);
        Node listener = hop.Nodes.Listeners[0];
        listener.Associations.Retire(listener.Associations.All.Single(), "test");

        await hop.Client.SendAsync("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");

        Assert.StartsWith("POST /x ", await served.ReadHeadAsync());
        await served.SendAsync(Answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
    }

    [Fact(Timeout = 120_000)]
    public async Task An_upload_that_pauses_goes_on()
    {
        await using Hop hop = await StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n");
        await hop.Client.SendAsync("first");
        Assert.Equal("first", await served.ReadAsync(5));
        await ParkedAsync(hop);

        await hop.Client.SendAsync("other");

        Assert.Equal("other", await served.ReadAsync(5));
        await served.SendAsync(Answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
    }

    [Fact(Timeout = 120_000)]
    public async Task An_upload_that_pauses_behind_its_answer_goes_on_and_the_connection_carries_the_next_request()
    {
        await using Hop hop = await StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nfirst");
        await served.ReadAsync(5);
        await served.SendAsync(Answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
        await ParkedAsync(hop);

        await hop.Client.SendAsync("other");

        Assert.Equal("other", await served.ReadAsync(5));
        await hop.HasIdleAsync(1);
        await hop.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("GET /next ", await served.ReadHeadAsync());
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_protocol_behind_an_upgrade_is_parked_and_unparked_from_either_side(bool byClient)
    {
        await using Hop hop = await StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        await ParkedAsync(hop);
        (HttpClientSocket from, HttpClientSocket to) = byClient ? (hop.Client, served) : (served, hop.Client);

        await from.SendAsync("ping");
        Assert.Equal("ping", await to.ReadAsync(4));
        await to.SendAsync("pong");
        Assert.Equal("pong", await from.ReadAsync(4));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_client_sends_behind_the_back_ends_half_close_arrives_after_a_quiet_time()
    {
        await using Hop hop = await StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        served.HalfClose();
        Assert.True(await hop.Client.EndsInOrderAsync());
        await ParkedAsync(hop);

        await hop.Client.SendAsync("late");

        Assert.Equal("late", await served.ReadAsync(4));
        hop.Client.HalfClose();
        Assert.True(await served.EndsInOrderAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_channel_that_had_to_be_unparked_to_end_behind_the_back_ends_half_close_carries_the_next_streams()
    {
        await using Hop hop = await StartAsync();
        HttpClientSocket served = await UpgradeAsync(hop);
        served.HalfClose();
        Assert.True(await hop.Client.EndsInOrderAsync());
        SecureChannel channel = Channel(hop);
        await ParkedAsync(hop);
        hop.Client.HalfClose();
        Assert.True(await served.EndsInOrderAsync());

        for (uint stream = 2; stream < 5; stream++)
        {
            await Eventually.TrueAsync(() => hop.Nodes.Relay.IdleChannels == 1);
            using HttpClientSocket client = await hop.ConnectAsync();
            await client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            using HttpClientSocket next = await hop.AcceptAsync();
            await next.ReadHeadAsync();
            await next.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok");
            next.HalfClose();
            Assert.Contains("ok", await client.ReadToEndAsync(), StringComparison.Ordinal);
            Assert.Equal((channel, stream), (Channel(hop), channel.StreamNumber));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task An_idle_connection_that_nobody_wants_ends_in_order_though_it_is_parked()
    {
        await using Hop hop = await StartAsync();
        HttpClientSocket served = await WarmAsync(hop);
        await ParkedAsync(hop);

        hop.Nodes.Relay.Http!.CloseUnused(TimeSpan.Zero);

        Assert.True(await served.EndsInOrderAsync());
        served.HalfClose();
        await Eventually.TrueAsync(() => hop.Nodes.Relay.IdleChannels == 1);
    }

    private Task<Hop> StartAsync() => Hop.StartAsync(new HttpNodes { Time = _clock, ListenerTime = _clock });

    private Task ParkedAsync(Hop hop) => _clock.ParkedAsync([hop.Nodes.Relay, hop.Nodes.Listeners[0]]);

    private static SecureChannel Channel(Hop hop) => hop.Nodes.Relay.Associations.All.SelectMany(a => a.Channels).Single();

    private static async Task<HttpClientSocket> WarmAsync(Hop hop)
    {
        (HttpClientSocket served, _) = await hop.AskAsync("GET /warm HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.SendAsync(Answer);
        await hop.Client.ReadToAsync("\r\n\r\nok");
        await hop.HasIdleAsync(1);
        return served;
    }

    private static async Task<HttpClientSocket> UpgradeAsync(Hop hop)
    {
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n");
        await served.SendAsync(Upgraded);
        Assert.StartsWith("HTTP/1.1 101 ", await hop.Client.ReadHeadAsync());
        return served;
    }
}
