using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>
/// A mail server in the manner of Outlook Web Access, with one sample mailbox: enough of it for a person to use in a
/// browser, and for a check to meet everything that such a server asks of whatever stands in front of it.
/// </summary>
internal sealed class SampleBackEnd : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SampleBackEnd(WebApplication application)
    {
        _application = application;
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address.DnsSafeHost), Address.Port);

    /// <summary>Starts on the given address; port 0 takes any free one. The store may have other servers in front of it.</summary>
    public static async Task<SampleBackEnd> StartAsync(IPEndPoint endPoint, SampleStore store, TimeProvider time, CancellationToken cancellation)
    {
        // Empty: what the environment says to other ASP.NET Core programs must not move this one to another address.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options => Configure(options, endPoint));
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, StoppedByOwner>());

        WebApplication application = builder.Build();
        try
        {
            Map(application, store, time);
            await application.StartAsync(cancellation);
            return new SampleBackEnd(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Streams of notifications have no end of their own: stop without waiting for them.
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    /// <summary>Kestrel's own limits suit a web site; uploads of gigabytes and connections that rest for an hour suit mail.</summary>
    private static void Configure(KestrelServerOptions options, IPEndPoint endPoint)
    {
        KestrelServerLimits limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;

        // Not infinite: Kestrel's sum of now and for ever overflows, and it closes every idle connection within a second.
        limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        limits.MaxRequestLineSize = 64 * 1024;
        limits.MaxRequestHeadersTotalSize = 256 * 1024;
        limits.MaxRequestHeaderCount = 1000;
        options.AddServerHeader = false;
        options.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => HalfClosedClients.ServeAsync(connection, next));
        });
    }

    private static void Map(WebApplication application, SampleStore store, TimeProvider time)
    {
        var notifications = new Notifications(store.Mailbox, time, application.Lifetime.ApplicationStopping);
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        application.Use(store.SignIn.RequireAsync);
        store.SignIn.Map(application);
        notifications.Map(application);
        WebSocketEcho.Map(application);
        new MailPages(store.Mailbox).Map(application);
        new AttachmentEndpoints(store.Mailbox, store.Attachments).Map(application);
        new WebDav(store.Mailbox).Map(application);
        Reflection.Map(application);
        ConnectionEnds.Map(application, store.Outcomes);
    }

    /// <summary>The command that started the back end stops it; signals are that command's business.</summary>
    private sealed class StoppedByOwner : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
