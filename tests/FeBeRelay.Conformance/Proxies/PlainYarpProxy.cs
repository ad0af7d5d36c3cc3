using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>
/// YARP with its own forwarder, and what its documentation has for such traffic: Kestrel's limits taken away, long time-outs, the client's Host,
/// nothing added. The second host adds fields.
/// </summary>
internal sealed class PlainYarpProxy : Proxy
{
    private readonly MemoryLog _log = new();

    public static async Task<PlainYarpProxy> StartAsync(IPEndPoint backEnd)
    {
        var proxy = new PlainYarpProxy();
        proxy.ReadLog = proxy._log.Read;
        proxy.Target = await proxy.StartAsync(backEnd, new RouteConfig { RouteId = "all", ClusterId = "mail", Match = new RouteMatch { Path = "{**all}" } }
            .WithTransformUseOriginalHostHeader()
            .WithTransformXForwarded(xDefault: ForwardedTransformActions.Off));
        proxy.PolicyTarget = await proxy.StartAsync(
            backEnd,
            new RouteConfig { RouteId = "all", ClusterId = "mail", Match = new RouteMatch { Path = "{**all}" } }
                .WithTransformRequestHeader("Front-End-Https", "On", append: false)
                .WithTransformUseOriginalHostHeader()
                .WithTransformXForwarded());
        return proxy;
    }

    private async Task<Uri> StartAsync(IPEndPoint backEnd, RouteConfig route)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 1_000;
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromHours(1);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(_log);
        builder.Services.AddRouting();
        var destination = new DestinationConfig { Address = $"http://{backEnd}/" };
        builder.Services.AddReverseProxy().LoadFromMemory(
            [route],
            [
                new ClusterConfig
                {
                    ClusterId = "mail",
                    Destinations = new Dictionary<string, DestinationConfig> { ["be1"] = destination },
                    HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromHours(1) },
                },
            ]);
        WebApplication application = Add(builder.Build());
        application.MapReverseProxy();
        await application.StartAsync();
        return new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}
