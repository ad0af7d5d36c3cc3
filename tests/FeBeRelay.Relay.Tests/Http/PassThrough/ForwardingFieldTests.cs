using System.Net;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.PassThrough;

/// <summary>What a client says of itself is believed from trusted networks only.</summary>
public sealed class ForwardingFieldTests
{
    private static readonly string[] Forged =
    [
        "Front-End-Https: On", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: 10.0.0.2", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "Forwarded: for=10.0.0.1", "X-Real-IP: 10.0.0.1",
        "X-Original-Host: evil",
    ];

    private static readonly string[] Twins = ["Front_End_Https: On", "front-end_https: On", "X_Forwarded_For: 10.0.0.1", "X-Forwarded_Proto: https", "x_real_ip: 10.0.0.1"];

    [Fact]
    public async Task A_trusted_client_is_believed()
    {
        await using Hop hop = await Hop.StartAsync();
        string head = await ForwardAsync(hop, Forged);
        Assert.All(Forged, f => Assert.Contains($"\r\n{f}\r\n", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Another_is_not_nor_in_other_spelling()
    {
        await using Hop hop = await Hop.StartAsync(new HttpNodes { TrustedClients = [IPNetwork.Parse("10.1.0.0/16")] });
        string head = await ForwardAsync(hop, [.. Forged, .. Twins, "X-Kept: 1"]);
        Assert.Equal(["Host: h", "X-Kept: 1"], head.Split("\r\n")[1..^2].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_route_may_add_them()
    {
        await using Hop hop = await Hop.StartAsync(new HttpNodes
        {
            TrustedClients = [],
            Settings =
            {
                ["ReverseProxy:Routes:all:Transforms:0:RequestHeader"] = "Front-End-Https",
                ["ReverseProxy:Routes:all:Transforms:0:Set"] = "On",
                ["ReverseProxy:Routes:all:Transforms:1:X-Forwarded"] = "Append",
            },
        });
        // A client cannot have them taken away again either.
        string head = await ForwardAsync(hop, [.. Forged, "Connection: Front-End-Https, X-Forwarded-For"]);
        Assert.Contains("\r\nFront-End-Https: On\r\n", head);
        Assert.Contains("\r\nX-Forwarded-For: 127.0.0.1\r\n", head);
        Assert.Contains("\r\nX-Forwarded-Proto: http\r\n", head);
        Assert.DoesNotContain("evil", head);
        Assert.DoesNotContain("10.0.0.", head);
    }

    private static async Task<string> ForwardAsync(Hop hop, string[] fields) =>
        (await hop.AskAsync($"GET / HTTP/1.1\r\nHost: h\r\n{string.Join("\r\n", fields)}\r\n\r\n")).Head;
}
