using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Telemetry;

/// <summary>Two nodes send metrics and traces to a collector, for a request and for a connection that could not be served; then to one that is not there.</summary>
public sealed class CollectorScenario
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    [Fact(Timeout = 90_000)]
    public async Task A_request_is_one_trace_from_the_client_to_the_keys_and_joins_that_of_the_other_node_by_its_channel()
    {
        Tool.Require();
        await using Collector collector = await Collector.StartAsync();
        using var backEnd = new StubServer();
        _ = backEnd.ServeAsync(AnswerAsync);
        await using NodePair nodes = await StartAsync(collector, NodePair.Text(backEnd.EndPoint), isHttp: true);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{nodes.Url}/exchange/inbox?secret=1");
        request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-01");
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal($"00-{Trace}-{Caller}-01", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await StopAsync(nodes);

        Span get = Assert.Single(collector.Spans, span => span is { Node: "fe1", Source: "FeBeRelay.Relay" });
        Assert.Equal(("GET", Trace, Caller, 2, 0), (get.Name, get.Trace, get.Parent, get.Kind, get.Status));
        Assert.Equal(("/exchange/inbox", "200", "127.0.0.1"), (get.Attributes["url.path"], get.Attributes["http.response.status_code"], get.Attributes["server.address"]));
        Assert.DoesNotContain(get.Attributes.Values, value => value.Contains("secret", StringComparison.Ordinal));
        foreach (string step in (string[])["main mode", "quick mode"])
        {
            Span initiator = Assert.Single(collector.Spans, span => span.Node == "fe1" && span.Name == step);
            Assert.Equal(("FeBeRelay.Channel", Trace, get.Id, 3, "be1.lab.test"), (initiator.Source, initiator.Trace, initiator.Parent, initiator.Kind, initiator.Attributes["feberelay.peer"]));
            Assert.InRange(initiator.Nanoseconds, 1UL, get.Nanoseconds);
            Span responder = Assert.Single(collector.Spans, span => span.Node == "be1" && span.Name == step);
            Assert.Equal((2, "", initiator.Attributes["feberelay.association.id"]), (responder.Kind, responder.Parent, responder.Attributes["feberelay.association.id"]));
        }
        Span stream = Assert.Single(collector.Spans, span => span.Node == "be1" && span.Name == "stream owa");
        Assert.Equal((get.Attributes["feberelay.channel.id"], "secured"), (stream.Attributes["feberelay.channel.id"], stream.Attributes["feberelay.protection"]));
        Assert.Equal([1], collector.Metrics.Last(metric => metric is { Node: "fe1", Name: "feberelay.main_modes" }).Counts);
        Assert.Equal("By", collector.Metrics.First(metric => metric.Name == "feberelay.io").Unit);
    }

    [Theory(Timeout = 90_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_fails_says_so_in_both_traces(bool isGrpc)
    {
        Tool.Require();
        await using Collector collector = await Collector.StartAsync(isGrpc);
        await using NodePair nodes = await StartAsync(collector, $"127.0.0.1:{ServerFolder.FreePort()}", isHttp: false);
        using Socket application = await nodes.ConnectAsync();
        await application.AssertResetAsync();
        await StopAsync(nodes);

        Span relay = Assert.Single(collector.Spans, span => span is { Node: "fe1", Name: "stream owa" });
        Assert.Equal((2, "back_end_unreachable", "owa"), (relay.Status, relay.Attributes["error.type"], relay.Attributes["feberelay.endpoint"]));
        Span listener = Assert.Single(collector.Spans, span => span is { Node: "be1", Name: "stream owa" });
        Assert.Equal((2, "ConnectionRefused"), (listener.Status, listener.Attributes["error.type"]));
        Assert.Equal(relay.Attributes["feberelay.channel.id"], listener.Attributes["feberelay.channel.id"]);
        Assert.Contains(collector.Metrics, metric => metric is { Node: "be1", Name: "feberelay.main_modes" });
    }

    [Fact(Timeout = 60_000)]
    public async Task A_collector_that_is_not_there_is_warned_of_and_harms_nothing()
    {
        Tool.Require();
        using var backEnd = new StubServer();
        _ = backEnd.ServeAsync(AnswerAsync);
        await using NodePair nodes = await StartAsync($"http://127.0.0.1:{ServerFolder.FreePort()}", NodePair.Text(backEnd.EndPoint), isHttp: true);

        await nodes.Relay.WaitForAsync(@"\[2700\].*cannot be sent to http://127\.0\.0\.1:.*refused");
        using var client = new HttpClient();
        Assert.Equal("", await client.GetStringAsync(new Uri(nodes.Url), TestContext.Current.CancellationToken));
        await StopAsync(nodes);
    }

    private static Task<NodePair> StartAsync(Collector collector, string backEnd, bool isHttp) => StartAsync(collector.Address, backEnd, isHttp, collector.Protocol);

    private static async Task<NodePair> StartAsync(string collector, string backEnd, bool isHttp, string protocol = "http/protobuf") => await new NodePair
    {
        BackEnd = backEnd,
        IsHttp = isHttp,
        More = $$""" "telemetry": { "otlp": { "endpoint": "{{collector}}", "protocol": "{{protocol}}", "metricSeconds": 1 } }, """,
    }.StartAsync();

    /// <summary>A node that ends sends what it has left.</summary>
    private static async Task StopAsync(NodePair nodes)
    {
        await nodes.Relay.TerminateAsync();
        Assert.Equal(0, await nodes.Relay.EndAsync());
        await nodes.Listener.TerminateAsync();
        Assert.Equal(0, await nodes.Listener.EndAsync());
    }

    /// <summary>A back end that answers with the trace that it was told of.</summary>
    private static async Task AnswerAsync(Socket socket)
    {
        string head = "";
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            string more = await socket.HearSomeAsync();
            if (more.Length == 0)
            {
                return;
            }
            head += more;
        }
        string parent = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("traceparent:", StringComparison.OrdinalIgnoreCase))?[12..].Trim() ?? "";
        await socket.SayAsync($"HTTP/1.1 200 OK\r\nContent-Length: {parent.Length}\r\n\r\n{parent}");
        await socket.HearAllAsync();
    }
}
