using System.Net;
using FeBeRelay.Channel.Hosting;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Tests.Hosting;

/// <summary>An ASP.NET Core application with a node port in it, and clients with certificates of the same authority; all in this process.</summary>
internal sealed class ChannelSite : IAsyncDisposable
{
    private readonly TestAuthority _authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
    private readonly CertificateFolder _folder = new();
    private readonly List<ChannelClient> _clients = [];
    private readonly WebApplication _application;

    private ChannelSite(Action<WebApplication> map)
    {
        _folder.Write("ca.pem", _authority.Certificate.ExportCertificatePem());
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseFeBeChannel(options =>
        {
            options.Listen = new IPEndPoint(IPAddress.Loopback, 0);
            options.Certificate = Issue("be.lab.test");
            options.TrustedRoots.Add(_folder["ca.pem"]);
            options.Services["owa"] = ["fe.lab.test"];
            options.Services["admin"] = ["ou=Operators"];
        });
        _application = builder.Build();
        map(_application);
    }

    public IPEndPoint NodePort { get; private set; } = new(IPAddress.None, 0);

    public static async Task<ChannelSite> StartAsync(Action<WebApplication> map)
    {
        var site = new ChannelSite(map);
        await site._application.StartAsync();
        string address = site._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        site.NodePort = IPEndPoint.Parse(new Uri(address).Authority);
        return site;
    }

    public ChannelClient Client(string name = "fe.lab.test", string identity = "be.lab.test")
    {
        var options = new ChannelClientOptions { Certificate = Issue(name), Peer = new PeerNode("be", NodePort, identity) };
        options.TrustedRoots.Add(_folder["ca.pem"]);
        var client = new ChannelClient(options);
        _clients.Add(client);
        return client;
    }

    /// <summary>The handler ends with the client.</summary>
    public static HttpClient Http(ChannelClient client, string service = "owa") => new(new SocketsHttpHandler().UseFeBeChannel(client, service)) { BaseAddress = new Uri("http://owa.lab.test/") };

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (ChannelClient client in _clients)
        {
            await client.DisposeAsync();
        }
        await _application.DisposeAsync();
        _folder.Dispose();
        _authority.Dispose();
    }

    private NodeCertificateFiles Issue(string name)
    {
        (string certificate, string key) = _authority.IssuePem(new TestLeaf(name));
        return new NodeCertificateFiles(_folder.Write($"{name}.pem", certificate), _folder.WriteSecret($"{name}.key", key));
    }
}
