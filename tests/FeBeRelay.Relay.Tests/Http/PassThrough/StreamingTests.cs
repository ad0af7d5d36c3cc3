using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Relay.Tests.BadInput;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>Bytes pass when they come: the next is sent only when the last has arrived.</summary>
public sealed class StreamingTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n";

    [Fact]
    public async Task An_upload_of_a_gigabyte_is_passed_on_piece_by_piece_beside_its_answer()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, string head) = await hop.AskAsync("RPC_IN_DATA /rpc/rpcproxy.dll?be:6001 HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n");
        Assert.Contains("Content-Length: 1073741824\r\n", head);
        for (int i = 0; i < 100; i++)
        {
            string piece = new((char)('a' + i % 26), 100);
            await hop.Client.SendAsync(piece);
            Assert.Equal(piece, await served.ReadAsync(100));
        }
    }

    [Fact]
    public async Task Both_channels_of_RPC_over_HTTP_play_ping_pong()
    {
        await using Hop hop = await Hop.StartAsync();
        using HttpClientSocket output = await hop.ConnectAsync();
        (HttpClientSocket inServed, _) = await hop.AskAsync("RPC_IN_DATA /rpc HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n");
        await output.SendAsync("RPC_OUT_DATA /rpc HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nconn");
        HttpClientSocket outServed = await hop.AcceptAsync();
        await outServed.ReadToAsync("conn");
        await outServed.SendAsync(Head + "Content-Length: 1073741824\r\n\r\n");
        await output.ReadHeadAsync();
        for (int i = 0; i < 50; i++)
        {
            await hop.Client.SendAsync("ping");
            Assert.Equal("ping", await inServed.ReadAsync(4));
            await outServed.SendAsync("pong");
            Assert.Equal("pong", await output.ReadAsync(4));
        }
        // An answer that ends early is cut for the client as well: it never looks complete.
        outServed.HalfClose();
        Assert.True(await output.EndsWithResetAsync());
    }

    [Fact]
    public async Task Events_in_chunks_pass_one_by_one_as_they_are()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("POST /ews HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        await served.SendAsync(Head + "Transfer-Encoding: chunked\r\n\r\n");
        Assert.Contains("Transfer-Encoding: chunked\r\n", await hop.Client.ReadHeadAsync());
        foreach (string chunk in (string[])["A\r\nPROCESSING\r\n", "7;x=\"1\"\r\nPENDING\r\n", "007\r\nPENDING\r\n", "4\r\nDO", "NE\r\n", "0;last\r\nX-Elapsed: 3\r\nX-Two:a\r\n\r\n"])
        {
            await served.SendAsync(chunk);
            Assert.Equal(chunk, await hop.Client.ReadAsync(chunk.Length));
        }
        await hop.Client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("GET /next ", await served.ReadHeadAsync());
    }

    [Fact]
    public async Task Trailers_of_an_answer_pass()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n\r\n");
        await served.SendAsync(Head + "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
        Assert.EndsWith("2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n", await hop.Client.ReadToAsync("\r\n0\r\nX-Sum: 7\r\n\r\n"));
    }

    [Fact]
    public async Task A_head_is_passed_on_before_its_body_begins()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync("POST /ews HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        await served.SendAsync(Head + "Content-Length: 5\r\n\r\n");
        Assert.StartsWith(Head, await hop.Client.ReadHeadAsync());
        await served.SendAsync("hello");
        Assert.Equal("hello", await hop.Client.ReadAsync(5));
    }

    [Fact]
    public async Task Chunks_and_trailers_of_a_request_pass()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, string head) = await hop.AskAsync("PUT /x HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n");
        Assert.Contains("Transfer-Encoding: chunked\r\n", head);
        foreach (string piece in (string[])["one", "three", new string('x', 26)])
        {
            await hop.Client.SendAsync($"{piece.Length:x};e=1\r\n{piece}\r\n");
            Assert.Equal($"{piece.Length:X}\r\n{piece}\r\n", await served.ReadToAsync(piece + "\r\n"));
        }
        await hop.Client.SendAsync("0\r\nX-Sum: 7\r\n\r\n");
        Assert.Equal("0\r\nX-Sum: 7\r\n\r\n", await served.ReadHeadAsync());
        await served.SendAsync(Head + "Content-Length: 0\r\n\r\n");
        await hop.Client.ReadHeadAsync();
    }

    [Fact]
    public async Task A_body_larger_than_the_servers_default_passes()
    {
        const int size = 33_000_000;
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync($"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n");
        Task sent = hop.Client.SendAsync(new byte[size]);
        await served.ReadAsync(size);
        await sent;
        await served.SendAsync(Head + "Content-Length: 0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await hop.Client.ReadHeadAsync());
    }

    [Fact]
    public async Task Nothing_is_cut_for_being_quiet_for_an_hour()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        // Keys that last: time that jumps leaves the other node, whose time does not, none to answer with new ones.
        var lasting = new Lifetimes(Lifetimes.MaxAssociationSeconds, 0, Lifetimes.MaxKeySeconds, Lifetimes.MaxKeyKilobytes);
        await using Hop hop = await Hop.StartAsync(new HttpNodes { Time = time, Lifetimes = lasting });
        (HttpClientSocket served, _) = await hop.AskAsync("POST /Microsoft-Server-ActiveSync?Cmd=Ping HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        time.Advance(TimeSpan.FromSeconds(3_540));
        await served.SendAsync(Head + "Content-Length: 1000\r\n\r\nfirst");
        await hop.Client.ReadToAsync("first");
        time.Advance(TimeSpan.FromSeconds(3_540));
        await served.SendAsync("second");
        Assert.Equal("second", await hop.Client.ReadAsync(6));
    }

    [Fact]
    public async Task A_cluster_may_ask_for_a_limit_of_silence()
    {
        using var time = new ObservedClock(TimeSpan.FromMinutes(7));
        await using Hop hop = await Hop.StartAsync(new HttpNodes { Time = time, Settings = { ["ReverseProxy:Clusters:mail:HttpRequest:ActivityTimeout"] = "00:07:00" } });
        (HttpClientSocket served, _) = await hop.AskAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        await time.TimerMadeAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(8));
        string answer = await hop.Client.ReadToAsync("Correlation id: ");
        Assert.StartsWith("HTTP/1.1 504 ", answer);
        Assert.Contains("Node: be0\nStep: waiting for the answer\n", answer);
        Assert.True(await served.EndsWithResetAsync());
    }

    [Fact]
    public async Task A_request_that_met_the_limit_of_silence_is_not_sent_again()
    {
        using var time = new ObservedClock(TimeSpan.FromMinutes(7));
        await using Hop hop = await Hop.StartAsync(new HttpNodes { Time = time, Settings = { ["ReverseProxy:Clusters:mail:HttpRequest:ActivityTimeout"] = "00:07:00" } });
        (HttpClientSocket served, _) = await hop.AskAsync("GET /first HTTP/1.1\r\nHost: h\r\n\r\n");
        await time.TimerMadeAsync(TestContext.Current.CancellationToken);
        await served.SendAsync(Head + "Content-Length: 0\r\n\r\n");
        await hop.Client.ReadHeadAsync();
        await hop.HasIdleAsync(1);

        // On a connection that was used before a GET may be sent again, but not because the back end is slow.
        await hop.Client.SendAsync("GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
        await served.ReadHeadAsync();
        await time.TimerMadeAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(8));
        Assert.StartsWith("HTTP/1.1 504 ", await hop.Client.ReadToAsync("Correlation id: "));
    }
}
