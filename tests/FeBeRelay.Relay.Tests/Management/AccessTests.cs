using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Channel;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;
using FeBeRelay.Relay.Services;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Management;

/// <summary>Who gets in, by which way, and what they may do there.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task A_token_of_either_role_reads_everything_on_loopback()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        foreach (ManagementRole role in (ManagementRole[])[ManagementRole.Viewer, ManagementRole.Operator])
        {
            using HttpClient client = nodes.Client(role);
            foreach (string address in (string[])["node", "totals", "monitor", "associations", $"associations/{nodes.Association.Id}", $"associations/{nodes.Association.Id[..6]}"])
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri($"api/v1/{address}", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
                Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            }
        }
    }

    [Fact]
    public async Task Folder_and_tokens_are_the_owners_only_and_no_answer_or_log_has_a_token()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are a Unix matter");
            return;
        }
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(nodes.Folder.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(nodes.Folder.TokenFile(ManagementRole.Viewer)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(nodes.Folder.TokenFile(ManagementRole.Operator)));
        Assert.NotEqual(nodes.Token(ManagementRole.Viewer), nodes.Token(ManagementRole.Operator));
        using HttpClient client = nodes.Client(ManagementRole.Operator);
        string all = await client.GetStringAsync(new Uri("api/v1/monitor", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(nodes.Token(ManagementRole.Viewer), all, StringComparison.Ordinal);
        Assert.DoesNotContain(nodes.Token(ManagementRole.Operator), all, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_others_may_enter_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are a Unix matter");
            return;
        }
        DirectoryInfo folder = Directory.CreateTempSubdirectory("feberelay-m-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_000);
        NodeStartException refused = Assert.Throws<NodeStartException>(() => new ManagementFolder(folder.FullName).Create());
        Assert.StartsWith("chmod 700 ", refused.Hint, StringComparison.Ordinal);
        folder.Delete();
    }

    [Fact]
    public async Task The_socket_of_a_crash_is_removed_and_that_of_a_living_node_is_not()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        string living = nodes.Folder.Socket(ManagementRole.Viewer);
        Assert.Throws<NodeStartException>(() => ManagementFolder.MakeWay(living));

        string dead = Path.Combine(nodes.Folder.Path, "dead.sock");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(dead));
        }
        File.WriteAllText(dead, "");
        ManagementFolder.MakeWay(dead);
        Assert.False(File.Exists(dead));
    }

    [Fact]
    public async Task The_socket_decides_the_role()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        string id = nodes.Association.Id;
        using var viewer = ManagementClient.OverSocket(nodes.Folder.Socket(ManagementRole.Viewer));
        Assert.Equal(id, (await viewer.MonitorAsync(TestContext.Current.CancellationToken)).Associations.Single().Id);
        ManagementException refused = await Assert.ThrowsAsync<ManagementException>(() => viewer.RekeyAsync(id, null, TestContext.Current.CancellationToken));
        Assert.Equal(ManagementFault.Refused, refused.Fault);

        using var operating = ManagementClient.OverSocket(nodes.Folder.Socket(ManagementRole.Operator));
        Assert.Equal(1, (await operating.RekeyAsync(id, null, TestContext.Current.CancellationToken)).Channels);
    }

    /// <summary>A relay endpoint that leads to another node's management is asked by its own address, as by Prometheus: its port is not known here. A name that was rebound to loopback is refused all the same.</summary>
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("localhost:9101", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:9101", HttpStatusCode.OK)]
    [InlineData("[::1]:9101", HttpStatusCode.OK)]
    [InlineData("evil.example:9101", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("10.0.0.1:9101", HttpStatusCode.MisdirectedRequest)]
    public async Task Where_the_endpoint_has_no_address_of_its_own_any_of_loopback_is_its(string host, HttpStatusCode expected)
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(nodes.Folder.Socket(ManagementRole.Viewer)), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using HttpResponseMessage response = await client.GetAsync(new Uri($"http://{host}/metrics"), TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_peer_that_is_named_manages_over_a_channel_and_another_does_not()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("feberelay-m-");
        var settings = new Relay.Configuration.ManagementSettings { Folder = Path.Combine(folder.FullName, "be"), Viewers = ["looks.lab.test"], Operators = ["acts.lab.test"] };
        using var backEnd = new BackEndStub();
        await using (var nodes = new TestNodes
        {
            WithListener = options => options with
            {
                Services = [.. options.Services, .. ManagementServices.Of(settings)],
                Management = new ManagementOptions(settings.Folder, [], ManagementServices.RolesForPeers(settings)),
            },
        })
        {
            nodes.StartListener(backEnd.EndPoint);
            var peer = new PeerNode("be", nodes.Listener.NodePorts[0], TestNodes.BackEndName);
            ManagementClient By(string who, ManagementRole role) => ManagementClient.OverChannels(new ManagementChannels(peer, nodes.Identity(who), role, TimeProvider.System));

            using ManagementClient looks = By("looks.lab.test", ManagementRole.Viewer);
            Assert.Equal("be", (await looks.MonitorAsync(TestContext.Current.CancellationToken)).Node.Name);
            using ManagementClient acts = By("acts.lab.test", ManagementRole.Operator);
            AssociationView own = (await acts.MonitorAsync(TestContext.Current.CancellationToken)).Associations.Single(one => one.Peer == "acts.lab.test");
            Assert.Equal(["feberelay.operator"], own.Services);

            using ManagementClient more = By("looks.lab.test", ManagementRole.Operator);
            await Assert.ThrowsAsync<ManagementException>(() => more.MonitorAsync(TestContext.Current.CancellationToken));
            using ManagementClient stranger = By("stranger.lab.test", ManagementRole.Viewer);
            ManagementException refused = await Assert.ThrowsAsync<ManagementException>(() => stranger.MonitorAsync(TestContext.Current.CancellationToken));
            Assert.Equal(ManagementFault.Refused, refused.Fault);
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Events_arrive_as_they_happen()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using HttpClient client = nodes.Client(ManagementRole.Viewer);
        await using Stream stream = await client.GetStreamAsync(new Uri("api/v1/events", UriKind.Relative), TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<System.Net.ServerSentEvents.SseItem<string>> events =
            System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("alive", events.Current.EventType);

        await nodes.VisitAsync();

        do
        {
            Assert.True(await events.MoveNextAsync());
        }
        while (events.Current.EventType != "serviceEnded");
        JsonElement ended = JsonDocument.Parse(events.Current.Data).RootElement;
        Assert.Equal((562, "owa", "fe"), (ended.GetProperty("id").GetInt32(), ended.GetProperty("service").GetString(), ended.GetProperty("node").GetString()));
    }

    [Fact]
    public async Task A_listener_too_many_is_turned_away()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using HttpClient client = nodes.Client(ManagementRole.Viewer);
        var streams = new List<Stream>();
        for (int i = 0; i < EventFeed.MaxListeners; i++)
        {
            streams.Add(await client.GetStreamAsync(new Uri("api/v1/events", UriKind.Relative), TestContext.Current.CancellationToken));
        }
        using HttpResponseMessage refused = await client.GetAsync(new Uri("api/v1/events", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        streams.ForEach(stream => stream.Dispose());
    }
}
