using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>YARP as its first page shows it: one route, one destination, Kestrel and HttpClient as they come. The second host adds fields.</summary>
internal sealed class PlainYarpProxy : Proxy
{
    public static async Task<PlainYarpProxy> StartAsync(IPEndPoint backEnd)
    {
        var proxy = new PlainYarpProxy();
        proxy.Target = await proxy.StartAsync(backEnd, new RouteConfig { RouteId = "all", ClusterId = "mail", Match = new RouteMatch { Path = "{**all}" } });
        proxy.PolicyTarget = await proxy.StartAsync(
            backEnd,
            new RouteConfig { RouteId = "all", ClusterId = "mail", Match = new RouteMatch { Path = "{**all}" } }
                .WithTransformRequestHeader("Front-End-Https", "On", append: false)
                .WithTransformXForwarded());
        return proxy;
    }

    private async Task<Uri> StartAsync(IPEndPoint backEnd, RouteConfig route)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddRouting();
        var destination = new DestinationConfig { Address = $"http://{backEnd}/" };
        builder.Services.AddReverseProxy().LoadFromMemory(
            [route], [new ClusterConfig { ClusterId = "mail", Destinations = new Dictionary<string, DestinationConfig> { ["be1"] = destination } }]);
        WebApplication application = Add(builder.Build());
        application.MapReverseProxy();
        await application.StartAsync();
        return new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}
