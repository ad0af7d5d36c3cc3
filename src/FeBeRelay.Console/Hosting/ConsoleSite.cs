using FeBeRelay.Relay.Management;
using FeBeRelay.WebConsole.Layout;
using FeBeRelay.WebConsole.Monitor;
using FeBeRelay.WebConsole.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace FeBeRelay.WebConsole.Hosting;

/// <summary>
/// The web console: interactive components that live in the node's process. Pages are empty until the session has a role: the browser sends a token,
/// and later the session's key, over the circuit. There is no cookie, so no other site and no other port of this host can use one.
/// </summary>
internal static class ConsoleSite
{
    // A page that was closed is soon gone; one that is loaded anew has the session's key.
    private static readonly TimeSpan Retention = TimeSpan.FromSeconds(30);
    private const int Retained = 16;

    /// <summary>Builds it for a node.</summary>
    public static WebApplication Create(ManagedNode node)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(ConsoleSite).Assembly.GetName().Name });
        builder.WebHost.UseServer(new NoServer());
        builder.Services.AddSingleton(node.Loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton(node).AddSingleton(node.Time);
        builder.Services.AddSingleton<ConsoleSessions>().AddSingleton<MonitorFeed>();
        builder.Services.AddScoped<ConsoleSession>().AddScoped<Browser>();
        builder.Services.AddSingleton<CircuitLimit>().AddScoped<CircuitHandler>(services => services.GetRequiredService<CircuitLimit>());
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = Retained;
            circuits.DisconnectedCircuitRetentionPeriod = Retention;
        });
        builder.Services.AddSingleton<IAntiforgery, NoForms>();
        // What it protects lives as long as the process.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        WebApplication application = builder.Build();
        application.Use(PageHeaders.SetAsync);
        application.UseRouting();
        application.UseAntiforgery();
        application.MapRazorComponents<App>().AddInteractiveServerRenderMode(options =>
        {
            options.ContentSecurityFrameAncestorsPolicy = null;
            options.DisableWebSocketCompression = true;
        });
        ConsoleAssets.Map(application);
        // Said here, because the host builds the pipeline itself and does not wait for a server to do it.
        application.UseEndpoints(_ => { });
        return application;
    }
}
