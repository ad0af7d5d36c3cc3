using System.Diagnostics;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Http.Health;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace FeBeRelay.Relay.Http;

/// <summary>The http endpoints of a node: Kestrel and YARP's pipeline as they are, with this relay's forwarder at the end of it.</summary>
internal sealed class HttpEndpoints : IAsyncDisposable
{
    /// <summary>Bytes of a request's head; more is answered with 431.</summary>
    public const int MaxHeadBytes = 128 * 1024;

    /// <summary>Fields of a request; more is answered with 431.</summary>
    public const int MaxFields = 1_000;

    /// <summary>Bytes of a request line; more is answered with 414.</summary>
    public const int MaxRequestLineBytes = 64 * 1024;

    // Between requests; while one runs nothing is cut for being quiet.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromHours(1);

    private readonly WebApplication _application;
    private readonly BackEndPools _pools;
    private readonly ILogger _logger;

    private HttpEndpoints(WebApplication application, BackEndPools pools, ILogger logger)
    {
        _application = application;
        _pools = pools;
        _logger = logger;
    }

    /// <summary>Where they listen, with the ports that the system chose.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. _application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(a => new Uri(a))];

    /// <summary>Back-end connections that wait for their next exchange.</summary>
    public int IdleConnections => _pools.IdleCount;

    /// <summary>Builds them; nothing is open yet.</summary>
    public static HttpEndpoints Create(HttpOptions options, BackEndContext context, ConnectionCap cap, ILoggerFactory loggers)
    {
        // A line that ends with LF alone is one that two servers read in two ways.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        var pools = new BackEndPools(context, options.Guard, loggers.CreateLogger<BackEndPools>());
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "feberelay" });
        // The node stops this in its own drain.
        builder.Services.AddSingleton(loggers).AddSingleton(context.Time).AddSingleton(pools).AddSingleton(context);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        ConfigureKestrel(builder.WebHost, options, cap);
        // Behind Kestrel's own, whose place it takes.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ClientBlocks>();
        AddProxy(builder.Services, options);
        WebApplication application = builder.Build();
        ILogger logger = loggers.CreateLogger<HttpEndpoints>();
        Configure(application, options, context.Audit, logger);
        BadRequestObserver.Subscribe(application.Services.GetRequiredService<DiagnosticListener>(), logger);
        return new HttpEndpoints(application, pools, logger);
    }

    /// <summary>Closes the connections to back ends that have carried no exchange for that long.</summary>
    public void CloseUnused(TimeSpan longest) => _pools.CloseUnused(longest);

    /// <summary>Closes the connections to back ends that wait.</summary>
    public void CloseIdle() => _pools.CloseIdle();

    /// <summary>Opens the ports.</summary>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public async Task StartAsync()
    {
        await _application.StartAsync().ConfigureAwait(false);
        IProxyStateLookup proxy = _application.Services.GetRequiredService<IProxyStateLookup>();
        HttpLog.EndpointsOpen(_logger, string.Join(", ", Addresses), proxy.GetRoutes().Count(), proxy.GetClusters().Count());
    }

    /// <summary>Stops accepting, lets requests finish until told to cut them, and closes the connections to back ends.</summary>
    public async Task DrainAsync(CancellationToken cut)
    {
        try
        {
            await _application.StopAsync(cut).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Kestrel has cut what was left.
        }
        await _pools.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static void ConfigureKestrel(ConfigureWebHostBuilder host, HttpOptions options, ConnectionCap cap)
    {
        IConfigurationSection section = options.Values.GetSection("Kestrel");
        host.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(transport =>
        {
            // Fewer thread hops and fewer receives for each request; a connection that waits holds a block for it.
            transport.UnsafePreferInlineScheduling = true;
            transport.WaitForDataBeforeAllocatingBuffer = false;
            // A flush then means that the socket has the bytes: back pressure as it is, and a half-close that overtakes nothing.
            transport.MaxWriteBufferSize = 1;
            transport.CreateBoundListenSocket = endPoint => options.Sockets.TakeAny("http.", endPoint) ?? SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        });
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = name =>
                name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) ? DigitsEncoding.Instance : System.Text.Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            KestrelServerLimits limits = kestrel.Limits;
            limits.MaxRequestBodySize = null;
            limits.MinRequestBodyDataRate = null;
            limits.MinResponseDataRate = null;
            limits.MaxRequestHeadersTotalSize = MaxHeadBytes;
            limits.MaxRequestHeaderCount = MaxFields;
            limits.MaxRequestLineSize = MaxRequestLineBytes;
            limits.Http2.MaxRequestHeaderFieldSize = MaxRequestLineBytes;
            limits.KeepAliveTimeout = KeepAlive;
            Microsoft.AspNetCore.Server.Kestrel.KestrelConfigurationLoader loader = kestrel.Configure(section);
            foreach (IConfigurationSection endpoint in section.GetSection("Endpoints").GetChildren())
            {
                loader.Endpoint(endpoint.Key, e => e.ListenOptions.Use(next => context => ClientConnection.ServeAsync(context, endpoint.Key, cap, next)));
            }
        });
    }

    private static void AddProxy(IServiceCollection services, HttpOptions options)
    {
        services.AddRoutingCore().AddRequestTimeouts();
        // Before AddReverseProxy, which keeps what is there.
        services.AddSingleton<RouteTransforms>();
        services.AddSingleton<IHttpForwarder, RelayForwarder>();
        services.AddSingleton<IForwarderHttpClientFactory, ProbeClientFactory>();
        services.AddSingleton<IProbingRequestFactory, ProbeRequestFactory>();
        IReverseProxyBuilder proxy = services.AddReverseProxy().LoadFromConfig(options.Values.GetSection("ReverseProxy"));
        services.AddSingleton<Yarp.ReverseProxy.Transforms.Builder.ITransformProvider>(s => s.GetRequiredService<RouteTransforms>());
        if (options.ResolveEvery is { } period)
        {
            NodeAddressResolver.Add(proxy, period);
        }
    }

    private static void Configure(WebApplication application, HttpOptions options, AuditLog audit, ILogger logger)
    {
        application.Use(RequestSpan.InvokeAsync);
        var gate = new RequestGate(options.TrustedClients, audit, logger);
        application.Use(gate.InvokeAsync);
        application.UseRouting();
        application.UseRequestTimeouts();
        application.MapReverseProxy(proxy =>
        {
            proxy.Use(ErrorPage.AfterProxyAsync);
            proxy.UseSessionAffinity();
            proxy.Use(DestinationPinning.InvokeAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
    }
}
