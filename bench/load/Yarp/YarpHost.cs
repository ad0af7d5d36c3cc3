using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Yarp.ReverseProxy.Configuration;

namespace FeBeRelay.Load.Yarp;

/// <summary>
/// Half of a pair of stock YARP hosts: the front one takes plain HTTP and forwards over mutual TLS, the back one takes that and forwards plain HTTP.
/// <c>yarp front|back LISTEN TARGET FOLDER</c>.
/// </summary>
internal static class YarpHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        bool isFront = args[0] == "front";
        IPEndPoint listen = IPEndPoint.Parse(args[1]);
        string folder = args[3];
        string name = isFront ? "fe1.lab.test" : "be1.lab.test";
        using X509Certificate2 own = X509Certificate2.CreateFromPemFile(Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));
        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "ca.pem"));

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(listen, endpoint =>
        {
            if (!isFront)
            {
                endpoint.UseHttps(https => Secure(https, own, root));
            }
        }));
        builder.Services.AddReverseProxy()
            .LoadFromMemory([Everything()], [Cluster($"{(isFront ? "https" : "http")}://{args[2]}")])
            .ConfigureHttpClient((_, handler) =>
            {
                if (isFront)
                {
                    handler.SslOptions = Client(own, root);
                }
            });
        await using WebApplication host = builder.Build();
        host.MapReverseProxy();
        await host.RunAsync();
        return 0;
    }

    private static RouteConfig Everything() => new() { RouteId = "all", ClusterId = "all", Match = new RouteMatch { Path = "{**all}" } };

    private static ClusterConfig Cluster(string address) => new()
    {
        ClusterId = "all",
        Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = address } },
    };

    private static void Secure(HttpsConnectionAdapterOptions https, X509Certificate2 own, X509Certificate2 root)
    {
        https.ServerCertificate = own;
        https.SslProtocols = SslProtocols.Tls13;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => IsTrusted(certificate, root);
        https.OnAuthenticate = (_, options) => options.CipherSuitesPolicy = Suites();
    }

    private static SslClientAuthenticationOptions Client(X509Certificate2 own, X509Certificate2 root) => new()
    {
        TargetHost = "be1.lab.test",
        EnabledSslProtocols = SslProtocols.Tls13,
        CipherSuitesPolicy = Suites(),
        ClientCertificateContext = SslStreamCertificateContext.Create(own, null),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 peer && IsTrusted(peer, root) && peer.MatchesHostname("be1.lab.test"),
    };

    private static CipherSuitesPolicy Suites()
    {
#pragma warning disable CA1416 // The harness runs on Linux.
        return new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_256_GCM_SHA384]);
#pragma warning restore CA1416
    }

    private static bool IsTrusted(X509Certificate2 certificate, X509Certificate2 root)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
