using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Hosting;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Scenarios.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>
/// .NET applications that speak the channel themselves (docs/library.md), with the program at the other end: a front end's relay reaches an ASP.NET Core back end that has no listener
/// beside it, and an HttpClient that has no relay beside it reaches a service of a listener.
/// </summary>
public sealed class LibraryScenario : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-library-").FullName;

    [Fact(Timeout = 120_000)]
    public async Task A_relay_reaches_a_back_end_that_has_the_channel_in_process()
    {
        using var certificates = new SiteCertificates(_folder);
        certificates.AddAuthority();
        certificates.Issue("fe1");
        certificates.Issue("be1");
        await using WebApplication backEnd = await StartAsync(web => web.UseFeBeChannel(options =>
        {
            options.Listen = new IPEndPoint(IPAddress.Loopback, 0);
            options.Certificate = new NodeCertificateFiles(this["be1.pem"], this["be1.key"]);
            options.TrustedRoots.Add(this["ca.pem"]);
            options.Services["owa"] = ["fe1.lab.test"];
        }));
        File.WriteAllText(this["fe1.json"], $$"""
            {
              "node": { "certificate": { "path": "fe1.pem", "keyPath": "fe1.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "address": "{{AddressOf(backEnd)}}", "identity": "be1.lab.test" } },
              "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:0", "node": "be1", "service": "owa" } } }
            }
            """);
        await using var relay = new NodeProcess(this["fe1.json"]);
        string address = await relay.WaitForAsync(@"Relay endpoint owa open on (\S+)");
        for (int connection = 0; connection < 5; connection++)
        {
            using var http = new HttpClient();
            Assert.Equal("fe1.lab.test owa", await http.GetStringAsync(new Uri($"http://{address}/who"), TestContext.Current.CancellationToken));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task HttpClient_reaches_a_service_of_a_listener_with_no_relay()
    {
        await using WebApplication backEnd = await StartAsync(web => web.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0)));
        await using var nodes = new NodePair { BackEnd = $"{AddressOf(backEnd)}" };
        await nodes.StartListenerAsync();
        var options = new ChannelClientOptions
        {
            Certificate = new NodeCertificateFiles(nodes["fe1.pem"], nodes["fe1.key"]),
            Peer = new PeerNode("be1", nodes.NodePort, "be1.lab.test"),
        };
        options.TrustedRoots.Add(nodes["ca.pem"]);
        await using var client = new ChannelClient(options);
        using var http = new HttpClient(new SocketsHttpHandler().UseFeBeChannel(client, "owa")) { BaseAddress = new Uri("http://owa.lab.test/") };
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetStringAsync(new Uri("who", UriKind.Relative), TestContext.Current.CancellationToken)));
        Assert.All(answers, answer => Assert.Equal("nobody", answer));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string this[string file] => Path.Combine(_folder, file);

    private static async Task<WebApplication> StartAsync(Action<IWebHostBuilder> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        configure(builder.WebHost);
        WebApplication application = builder.Build();
        application.MapGet("/who", (HttpContext context) => context.Features.Get<ChannelPeer>() is { } peer ? $"{peer.Identity.Name} {peer.Service}" : "nobody");
        await application.StartAsync(TestContext.Current.CancellationToken);
        return application;
    }

    private static string AddressOf(WebApplication application) =>
        new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
}
