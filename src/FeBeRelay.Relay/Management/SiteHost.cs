using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FeBeRelay.Relay.Management;

/// <summary>
/// Leads requests below <see cref="Base"/> to a site with services of its own. The site is built at the first of them: a node that nobody looks at in a
/// browser loads nothing of it. Thread-safe.
/// </summary>
/// <param name="build">Builds the site.</param>
internal sealed class SiteHost(Func<WebApplication> build) : IAsyncDisposable
{
    /// <summary>Where the site is.</summary>
    public const string Base = "/console";

    private readonly Lazy<Task<Site>> _site = new(() => StartAsync(build));

    /// <summary>Answers a request with the site: its services and routes are not those of the endpoint.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        Site site = await _site.Value.ConfigureAwait(false);
        await using AsyncServiceScope scope = site.Application.Services.CreateAsyncScope();
        IServiceProvider services = context.RequestServices;
        (PathString pathBase, PathString path) = (context.Request.PathBase, context.Request.Path);
        path.StartsWithSegments(Base, out PathString rest);
        context.RequestServices = scope.ServiceProvider;
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        (context.Request.PathBase, context.Request.Path) = (pathBase.Add(Base), rest);
        try
        {
            await site.Answer(context).ConfigureAwait(false);
        }
        finally
        {
            context.RequestServices = services;
            (context.Request.PathBase, context.Request.Path) = (pathBase, path);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_site.IsValueCreated)
        {
            WebApplication application = (await _site.Value.ConfigureAwait(false)).Application;
            // Nobody who watches keeps a node from ending.
            await application.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await application.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<Site> StartAsync(Func<WebApplication> build)
    {
        WebApplication application = build();
        RequestDelegate answer = ((IApplicationBuilder)application).Build();
        await application.StartAsync().ConfigureAwait(false);
        return new Site(application, answer);
    }

    private sealed record Site(WebApplication Application, RequestDelegate Answer);
}
