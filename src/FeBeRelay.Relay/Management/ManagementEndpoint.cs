using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Relay.Audit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
namespace FeBeRelay.Relay.Management;

/// <summary>Where a node is seen and steered: HTTP on Unix sockets in a folder of the node's user, and on loopback with tokens. Never on the network.</summary>
internal sealed class ManagementEndpoint : IAsyncDisposable
{
    /// <summary>Bytes of a request's head; more is answered with 431.</summary>
    public const int MaxHeadBytes = 16 * 1024;

    private static readonly TimeSpan HeadDeadline = TimeSpan.FromSeconds(10);
    private static readonly ManagementRole[] Roles = [ManagementRole.Viewer, ManagementRole.Operator];

    private readonly WebApplication _application;
    private readonly ManagementOptions _options;
    private readonly ManagementFolder _folder;
    private readonly ILogger _logger;
    private readonly SiteHost? _site;

    private ManagementEndpoint(WebApplication application, SiteHost? site, ManagementOptions options, ManagementFolder folder, ILogger logger)
    {
        _application = application;
        _site = site;
        _options = options;
        _folder = folder;
        _logger = logger;
    }

    /// <summary>Its TCP addresses, with the ports that the system chose.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. _application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .Where(a => !a.Contains("unix:", StringComparison.Ordinal)).Select(a => new Uri(a))];

    /// <summary>Builds it, with folder and tokens; nothing is open yet.</summary>
    /// <param name="options">Where.</param>
    /// <param name="parts">What it offers.</param>
    /// <param name="audit">The security log.</param>
    /// <param name="loggers">The log.</param>
    /// <exception cref="NodeStartException">Folder or tokens cannot be had.</exception>
    public static ManagementEndpoint Create(ManagementOptions options, ManagementParts parts, AuditLog audit, ILoggerFactory loggers)
    {
        var folder = new ManagementFolder(options.Folder);
        folder.Create();
        ILogger logger = loggers.CreateLogger<ManagementEndpoint>();
        var tokens = new ManagementTokens(folder.Token(ManagementRole.Viewer), folder.Token(ManagementRole.Operator));
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "feberelay" });
        builder.Services.AddSingleton(loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddRoutingCore().AddOpenApi("v1", document => document.AddDocumentTransformer(ApiDescription.Complete));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ManagementJson.Default));
        ConfigureKestrel(builder.WebHost, options, folder);
        WebApplication application = builder.Build();
        application.Use(new RequestGuard(audit, logger).InvokeAsync);
        application.Use(Problem.FillAsync);
        application.UseRouting();
        application.Use(new RoleGate(tokens, audit, logger).InvokeAsync);
        parts.Api.Map(application);
        parts.Health.Map(application);
        application.MapPrometheusScrapingEndpoint("/metrics", parts.Metrics, configureBranchedPipeline: null, optionsName: null);
        application.MapOpenApi("/openapi/{documentName}.json");
        SiteHost? site = parts.Site is { } build ? new SiteHost(() => build(tokens)) : null;
        MapSite(application, site);
        return new ManagementEndpoint(application, site, options, folder, logger);
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="NodeStartException">An address cannot be listened on.</exception>
    public async Task StartAsync()
    {
        foreach (string socket in Sockets(_options, _folder).Select(way => way.Path))
        {
            ManagementFolder.MakeWay(socket);
        }
        try
        {
            await _application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new NodeStartException($"the management endpoint cannot be opened: {e.Message}", "choose other addresses in management:listen, or another management:folder", e);
        }
        ManagementLog.Open(_logger, string.Join(", ", [_folder.Path, .. Addresses.Select(a => a.ToString())]));
    }

    /// <summary>Ends what is running, event streams too, and removes the sockets.</summary>
    public async Task StopAsync()
    {
        // Those who watch do not keep a node from ending.
        await _application.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (string socket in Sockets(_options, _folder).Select(way => way.Path))
        {
            File.Delete(socket);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync().ConfigureAwait(false);
        }
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The site asks for the role itself: what it serves to everybody are empty pages.</summary>
    private static void MapSite(WebApplication application, SiteHost? site)
    {
        if (site is not null)
        {
            application.Map(SiteHost.Base + "/{**rest}", site.InvokeAsync).WithMetadata(new NeedsRole(ManagementRole.None)).ExcludeFromDescription();
            application.MapGet("/", () => Results.Redirect(SiteHost.Base + "/")).WithMetadata(new NeedsRole(ManagementRole.None)).ExcludeFromDescription();
        }
    }

    private static IEnumerable<(string Path, ManagementWay Way)> Sockets(ManagementOptions options, ManagementFolder folder) =>
    [
        .. Roles.Select(role => (folder.Socket(role), new ManagementWay(Name(role, "local"), role, null))),
        .. options.ForPeers.Select(role => (folder.PeerSocket(role), new ManagementWay(Name(role, "peer"), role, null))),
    ];

    private static string Name(ManagementRole role, string who) => $"{who} {(role == ManagementRole.Operator ? "operator" : "viewer")}";

    private static void ConfigureKestrel(ConfigureWebHostBuilder host, ManagementOptions options, ManagementFolder folder)
    {
        host.UseKestrelCore();
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            KestrelServerLimits limits = kestrel.Limits;
            limits.MaxConcurrentConnections = DescriptorLimit.ManagementConnections(DescriptorLimit.Current);
            limits.MaxRequestBodySize = RequestGuard.MaxBodyBytes;
            limits.MaxRequestHeadersTotalSize = MaxHeadBytes;
            limits.MaxRequestLineSize = MaxHeadBytes / 2;
            limits.RequestHeadersTimeout = HeadDeadline;
            foreach ((string path, ManagementWay way) in Sockets(options, folder))
            {
                kestrel.ListenUnixSocket(path, listen => Tell(listen, _ => way));
            }
            foreach (IPEndPoint address in options.Listen)
            {
                kestrel.Listen(address, listen => Tell(listen, connection => new ManagementWay("tcp", ManagementRole.None, (IPEndPoint)connection.LocalEndPoint!)));
            }
        });
    }

    /// <summary>Tells each connection's requests how it came.</summary>
    private static void Tell(ListenOptions listen, Func<ConnectionContext, ManagementWay> way)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            connection.Features.Set(way(connection));
            return next(connection);
        });
    }
}
