using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>Answers for the authority on a port of its own, over TLS, with a log of its own beside it, <c>audit/ca.jsonl</c>.</summary>
internal sealed class EnrollmentServer : IAsyncDisposable
{
    private const int MaxConnections = 100;
    private const int MaxHeadBytes = 8 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FloodInterval = TimeSpan.FromMinutes(1);

    private readonly WebApplication _application;
    private readonly EnrollmentApi _api;
    private readonly CertificateAuthority _authority;
    private readonly AuditWriter _writer;
    private readonly AuditLog _audit;
    private readonly ITimer _floods;
    private readonly ILogger _logger;

    /// <summary>Builds it; nothing is open yet but the log.</summary>
    /// <param name="listen">Where it will listen; port 0 lets the system choose.</param>
    /// <param name="files">The authority's folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">The log for people.</param>
    /// <exception cref="CertificateException">There is no usable authority, or its log cannot be written.</exception>
    /// <exception cref="Channel.Identity.IdentityException">A file of the authority cannot be used.</exception>
    public EnrollmentServer(IPEndPoint listen, CertificateFiles files, TimeProvider time, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<EnrollmentServer>();
        _authority = files.LoadAuthority(time);
        _writer = OpenLog(files.In(Path.Combine("audit", "ca.jsonl")), time, loggers);
        _audit = new AuditLog(_writer, AuditSelection.All, "authority", time);
        _floods = time.CreateTimer(_ => _audit.TellFloods(), null, FloodInterval, FloodInterval);
        _api = new EnrollmentApi(new EnrollmentDesk(files, _authority, time), _audit, _logger);
        var leaf = new ServerLeaf(_authority, listen.Address, time);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "feberelay" });
        builder.Services.AddSingleton(loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, listen, leaf));
        _application = builder.Build();
        _application.Run(_api.AnswerAsync);
    }

    /// <summary>Opens it.</summary>
    /// <returns>Its address, with the port that the system chose.</returns>
    /// <exception cref="CertificateException">The address cannot be listened on.</exception>
    public async Task<Uri> StartAsync()
    {
        try
        {
            await _application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new CertificateException($"cannot listen there: {e.Message.TrimEnd('.')}; choose another --listen", e);
        }
        var address = new Uri(_application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        EnrollmentLog.Open(_logger, address, _authority.Certificate.Subject, CertificateNames.Fingerprint(_authority.Certificate));
        return address;
    }

    /// <summary>Lets requests that are being answered finish, for ten seconds, and closes port and log.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var patience = new CancellationTokenSource(Patience))
        {
            await _application.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await _application.DisposeAsync().ConfigureAwait(false);
        await _floods.DisposeAsync().ConfigureAwait(false);
        _audit.TellFloods();
        await _writer.DisposeAsync().ConfigureAwait(false);
        _api.Dispose();
        _authority.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, IPEndPoint listen, ServerLeaf leaf)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestBodySize = EnrollmentApi.MaxBodyBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeadBytes;
        limits.MaxRequestLineSize = MaxHeadBytes / 2;
        limits.RequestHeadersTimeout = Patience;
        limits.KeepAliveTimeout = Patience;
        kestrel.Listen(listen, port =>
        {
            port.Protocols = HttpProtocols.Http1;
            port.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificateSelector = (_, _) => leaf.Current(),
                HandshakeTimeout = Patience,
                // Asked for, not demanded: only a renewal has one. What it is worth the desk decides; that its key is there TLS has shown.
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (_, _, _) => true,
            });
        });
    }

    private AuditWriter OpenLog(string path, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            // An authority that cannot say whom it certified certifies nobody.
            var options = new AuditOptions { Path = Path.GetFullPath(path), StopsOnFailure = true, KeepFiles = 0 };
            return new AuditWriter(options, "authority", new AuthorityCheckpointSigner(_authority), time, loggers.CreateLogger<AuditWriter>());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _authority.Dispose();
            throw new CertificateException($"{path}: the authority's log cannot be written ({e.Message}); is another feberelay certs serve running?", e);
        }
    }
}
