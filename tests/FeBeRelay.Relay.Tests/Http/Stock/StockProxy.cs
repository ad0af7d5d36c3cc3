using System.Net;
using System.Net.Sockets;
using FeBeRelay.Relay.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Tests.Http.Stock;

/// <summary>
/// YARP with its own forwarder, over HttpClient, straight to the back ends. What configuration alone can mend is configured: limits, the client's Host,
/// no forwarding fields, no time-out.
/// </summary>
internal sealed class StockProxy(IReadOnlyDictionary<string, string?> settings) : ITestedProxy
{
    private WebApplication? _application;

    public async Task StartAsync(params EndPoint[] backEnds)
    {
        var values = new Dictionary<string, string?>
        {
            ["ReverseProxy:Routes:all:ClusterId"] = "mail",
            ["ReverseProxy:Routes:all:Match:Path"] = "{**all}",
            ["ReverseProxy:Routes:all:Transforms:0:RequestHeaderOriginalHost"] = "true",
            ["ReverseProxy:Routes:all:Transforms:1:X-Forwarded"] = "Off",
            ["ReverseProxy:Clusters:mail:HttpRequest:ActivityTimeout"] = "01:00:00",
        };
        for (int i = 0; i < backEnds.Length; i++)
        {
            values[$"ReverseProxy:Clusters:mail:Destinations:d{i}:Address"] = $"http://{backEnds[i]}";
        }
        foreach ((string key, string? value) in settings)
        {
            values[key] = value;
        }
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(values);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = HttpEndpoints.MaxHeadBytes;
            kestrel.Limits.MaxRequestHeaderCount = HttpEndpoints.MaxFields;
            kestrel.Limits.MaxRequestLineSize = HttpEndpoints.MaxRequestLineBytes;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
        });
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        _application = builder.Build();
        _application.MapReverseProxy();
        await _application.StartAsync();
    }

    public async Task<HttpClientSocket> ConnectAsync()
    {
        string address = _application!.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, new Uri(address).Port));
        return new HttpClientSocket(socket);
    }

    /// <summary>Nobody can look into its pool: what follows finds the connections there, or fails.</summary>
    public Task HasIdleAsync(int connections) => Task.Delay(TimeSpan.FromMilliseconds(200));

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            try
            {
                await _application.StopAsync(now.Token);
            }
            catch (OperationCanceledException)
            {
                // What was still running is cut.
            }
            await _application.DisposeAsync();
        }
    }
}
