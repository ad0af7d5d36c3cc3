using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Fleet;

/// <summary>
/// A site goes from Request to Require by a signed bundle. From the bundle's arrival on new connections that went clear go protected; clear ones that are open go on until the
/// bundle's time, and are cut and counted then; protected ones never notice. Then bundles that are forged, old or over: nothing changes, and all of it is in the security logs.
/// </summary>
public sealed class FleetScenario
{
    private int _retries;

    [Fact(Timeout = 180_000)]
    public Task Four_nodes_switch_together_by_a_signed_bundle() => SwitchAsync(pairs: 2, lead: TimeSpan.FromSeconds(8), within: TimeSpan.FromSeconds(20));

    /// <summary>The issue's figure: 20 nodes within 2 s. Explicit, since it wants a machine that does nothing else.</summary>
    [Fact(Timeout = 600_000, Explicit = true)]
    public async Task Twenty_nodes_switch_within_two_seconds_of_the_bundles_time()
    {
        await SwitchAsync(pairs: 10, lead: TimeSpan.FromSeconds(15), within: TimeSpan.FromSeconds(2));
        Assert.Equal(0, _retries);
    }

    private async Task SwitchAsync(int pairs, TimeSpan lead, TimeSpan within)
    {
        Tool.Require();
        using var server = new StubServer();
        _ = server.ServeAsync(EchoAsync);
        await using FleetNodes fleet = await FleetNodes.StartAsync(pairs, server.EndPoint);
        using var stop = new CancellationTokenSource();
        List<Task> talkers = [];
        List<Socket> clear = [];
        foreach ((IPEndPoint guarded, IPEndPoint old, IPEndPoint ownPort) in fleet.Pairs)
        {
            talkers.Add(TalkAsync(await SpeakAsync(guarded), stop.Token));
            clear.Add(await SpeakAsync(old));
            clear.Add(await SpeakAsync(ownPort));
        }

        string first = await fleet.SignAsync(1, DateTimeOffset.UtcNow.AddHours(1));
        await fleet.PublishAsync(first);
        await fleet.AllSayAsync(@"Policy bundle .* taken: .* policy .*, in effect from 2");
        List<Socket> prepared = [];
        foreach ((_, IPEndPoint old, _) in fleet.Pairs)
        {
            prepared.Add(await SpeakAsync(old));
        }
        await Task.WhenAll(clear.Select(socket => SayAgainAsync(socket)));

        // A bundle's times have no fractions.
        DateTimeOffset activate = DateTimeOffset.FromUnixTimeSeconds((DateTimeOffset.UtcNow + lead).ToUnixTimeSeconds());
        await fleet.PublishAsync(await fleet.SignAsync(2, activate));
        await Task.WhenAll(clear.Select(AssertCutAsync));
        await fleet.AllSayAsync("Policy bundle .* is in effect");
        foreach ((_, IPEndPoint old, IPEndPoint ownPort) in fleet.Pairs)
        {
            using Socket secured = await SpeakAsync(old);
            using Socket refused = await Wire.ConnectAsync(ownPort);
            await refused.SayAsync("hello");
            await AssertCutAsync(refused);
        }
        await Task.WhenAll(prepared.Select(socket => SayAgainAsync(socket)));

        int refusals = await OfferBadBundlesAsync(fleet, first);
        await stop.CancelAsync();
        await Task.WhenAll(talkers);
        clear.Concat(prepared).ToList().ForEach(socket => socket.Dispose());
        AssertLogs(await fleet.StopAsync(), activate, within, refusals);
    }

    /// <summary>An older one again, a changed one, one of a signer whom nobody knows, one that is over; gives how many.</summary>
    private static async Task<int> OfferBadBundlesAsync(FleetNodes fleet, string older)
    {
        await fleet.PublishAsync(older);
        await fleet.AllSayAsync("Policy bundle refused, nothing changes: .*is older than version 2", 1);

        byte[] changed = await File.ReadAllBytesAsync(fleet.Site["v2.p7m"], TestContext.Current.CancellationToken);
        int at = changed.AsSpan().IndexOf("secureServer"u8);
        "inSecureServ"u8.CopyTo(changed.AsSpan(at));
        await File.WriteAllBytesAsync(fleet.Site["changed.p7m"], changed, TestContext.Current.CancellationToken);
        await fleet.PublishAsync("changed.p7m");
        await fleet.AllSayAsync("Policy bundle refused, nothing changes", 2);

        using Site stranger = await Site.CreateAsync();
        Assert.Equal(0, (await stranger.RunAsync("certs issue policy.lab.test --policy-signer --directory {}")).Code);
        File.Copy(stranger["policy.lab.test.pem"], fleet.Site["stranger.pem"]);
        File.Copy(stranger["policy.lab.test.key"], fleet.Site["stranger.key"]);
        await fleet.PublishAsync(await fleet.SignAsync(3, DateTimeOffset.UtcNow, signer: "stranger"));
        await fleet.AllSayAsync("Policy bundle refused, nothing changes", 3);

        DateTimeOffset end = DateTimeOffset.UtcNow.AddSeconds(5);
        string over = await fleet.SignAsync(4, DateTimeOffset.UtcNow, notAfter: end);
        while (DateTimeOffset.UtcNow <= end)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        await fleet.PublishAsync(over);
        await fleet.AllSayAsync("Policy bundle refused, nothing changes", 4);
        return 4;
    }

    private void AssertLogs(Dictionary<string, JsonElement[]> logs, DateTimeOffset activate, TimeSpan within, int refusals)
    {
        TimeSpan latest = TimeSpan.Zero;
        foreach ((string node, JsonElement[] log) in logs)
        {
            JsonElement[] Of(int id) => [.. log.Where(line => line.GetProperty("id").GetInt32() == id)];
            Assert.Equal(refusals, Of(9021).Length);
            JsonElement switched = Assert.Single(Of(615));
            TimeSpan late = switched.GetProperty("time").GetDateTimeOffset() - activate;
            Assert.InRange(late, TimeSpan.Zero, within);
            latest = late > latest ? late : latest;
            // A cut at one end is an end at the other: who comes first has the event.
            int cut = Of(9064).Length;
            Assert.InRange(cut, node.StartsWith("be", StringComparison.Ordinal) ? 1 : 0, 2);
            Assert.Equal(Of(5156).Length, Of(9003).Length);
        }
        foreach (string relay in logs.Keys.Where(name => name.StartsWith("fe", StringComparison.Ordinal)))
        {
            int both = logs[relay].Concat(logs[relay.Replace("fe", "be", StringComparison.Ordinal)]).Count(line => line.GetProperty("id").GetInt32() == 9064);
            Assert.InRange(both, 2, 3);
            // Before the bundle one went clear there; the two after it, and the talker, did not.
            Assert.InRange(logs[relay].Count(line => line.GetProperty("id").GetInt32() == 5156), 1, 1 + _retries);
            Assert.InRange(logs[relay].Count(line => line.GetProperty("id").GetInt32() == 560 && line.GetProperty("endpoint").GetString() == "old"), 2, 2 + _retries);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{logs.Count} nodes switched within {latest.TotalMilliseconds:F0} ms of the bundle's time; {_retries} first tries failed");
    }

    /// <summary>A client of a protected endpoint: each line that it sends must come back, before, at and after the switch.</summary>
    private static async Task TalkAsync(Socket connected, CancellationToken stop)
    {
        using Socket client = connected;
        for (string line; !stop.IsCancellationRequested;)
        {
            line = Convert.ToHexString(RandomNumberGenerator.GetBytes(200));
            await client.SayAsync(line);
            Assert.Equal(line, await client.HearAsync(line.Length));
        }
        client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await client.HearAllAsync());
    }

    /// <summary>A connection that has carried something there and back. On a machine so busy that a handshake takes ten seconds, an application tries again.</summary>
    private async Task<Socket> SpeakAsync(EndPoint endPoint)
    {
        while (true)
        {
            Socket client = await Wire.ConnectAsync(endPoint);
            try
            {
                await SayAgainAsync(client);
                return client;
            }
            catch (SocketException)
            {
                client.Dispose();
                _retries++;
            }
        }
    }

    private static async Task SayAgainAsync(Socket client)
    {
        await client.SayAsync("here");
        Assert.Equal("here", await client.HearAsync(4));
    }

    private static async Task AssertCutAsync(Socket socket) =>
        await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[4_096];
        for (int size; (size = await socket.ReceiveAsync(buffer)) > 0;)
        {
            await socket.SendAsync(buffer.AsMemory(0, size));
        }
        socket.Shutdown(SocketShutdown.Send);
    }
}
