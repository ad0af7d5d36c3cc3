using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Relay.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>What a person sees when it does not work: node, step, a number to find it by, and nothing internal.</summary>
public sealed class ErrorPageTests
{
    [Fact]
    public async Task A_back_end_that_is_down_is_502_and_names_the_step()
    {
        await using var nodes = new HttpNodes();
        await nodes.StartAsync(ClosedPort());
        await ExpectAsync(nodes, "502 Bad Gateway", "Node: be0\nStep: reaching the back end behind the node\n");
    }

    [Fact]
    public async Task A_service_that_the_node_does_not_have_is_502()
    {
        using var backEnd = new BackEndStub();
        await using var nodes = new HttpNodes { Settings = { ["ReverseProxy:Clusters:mail:Destinations:d0:Address"] = "febe://imap@be0" } };
        await nodes.StartAsync(backEnd.EndPoint);
        await ExpectAsync(nodes, "502 Bad Gateway", "Node: be0\nStep: asking for the service, which the node does not have\n");
    }

    [Fact]
    public async Task A_node_that_is_down_is_502()
    {
        using var backEnd = new BackEndStub();
        await using var nodes = new HttpNodes();
        await nodes.StartAsync(backEnd.EndPoint);
        await nodes.Listeners[0].DisposeAsync();
        await ExpectAsync(nodes, "502 Bad Gateway", "Node: be0\nStep: connecting to the node\n");
    }

    [Fact]
    public async Task A_node_that_is_silent_is_504_and_names_the_step()
    {
        using var silent = new BackEndStub();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var nodes = new HttpNodes
        {
            Time = time,
            OtherPeers = [new PeerNode("silent", silent.EndPoint, "silent.lab.test")],
            Settings = { ["ReverseProxy:Clusters:mail:Destinations:d0:Address"] = "febe://owa@silent" },
        };
        await nodes.StartAsync(ClosedPort());
        Task answered = ExpectAsync(nodes, "504 Gateway Timeout", "Node: silent\nStep: main mode with the node\n");
        using Socket asked = await silent.AcceptAsync();
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return answered.IsCompleted;
        });
        await answered;
    }

    [Fact]
    public async Task No_destination_to_choose_is_503()
    {
        await using var nodes = new HttpNodes
        {
            Settings =
            {
                ["ReverseProxy:Clusters:mail:HealthCheck:Passive:Enabled"] = "true",
                ["ReverseProxy:Clusters:mail:HealthCheck:AvailableDestinationsPolicy"] = "HealthyOrPanic",
                ["ReverseProxy:Routes:all:ClusterId"] = "empty",
                ["ReverseProxy:Clusters:empty:LoadBalancingPolicy"] = "RoundRobin",
            },
        };
        await nodes.StartAsync(ClosedPort());
        await ExpectAsync(nodes, "503 Service Unavailable", "Step: choosing a destination of cluster empty: none is available\n");
    }

    private static async Task ExpectAsync(HttpNodes nodes, string status, string body)
    {
        using HttpClientSocket client = await nodes.ConnectAsync();
        await client.SendAsync("GET /exchange/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        string answer = await client.ReadToEndAsync();
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer);
        Assert.Contains(body, answer);
        Assert.Matches(@"Correlation id: \w+:\d+\n", answer);
        Assert.DoesNotContain("127.0.0.1", answer);
        Assert.DoesNotContain("Exception", answer);
    }

    private static IPEndPoint ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
