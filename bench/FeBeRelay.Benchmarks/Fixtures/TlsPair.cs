using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Benchmarks.Fixtures;

/// <summary>Both ends of a TLS 1.3 connection between the same nodes, each checking the other's certificate against the same root.</summary>
internal sealed class TlsPair : IDisposable
{
    private readonly MemoryConnection _connection = new();

    private TlsPair()
    {
        Client = new SslStream(_connection.Initiator);
        Server = new SslStream(_connection.Responder);
    }

    public SslStream Client { get; }

    public SslStream Server { get; }

    /// <summary>Bytes of the handshake and its tickets, both ways: a resumed one has no certificate messages in it.</summary>
    public long HandshakeBytes { get; private set; }

    /// <summary>The handshake, all of both sides, and a byte each way: with that the session's ticket has reached the client.</summary>
    public static TlsPair Handshake(SslClientAuthenticationOptions client, SslServerAuthenticationOptions server)
    {
        var pair = new TlsPair();
        Task clientSide = pair.Client.AuthenticateAsClientAsync(client);
        Task serverSide = pair.Server.AuthenticateAsServerAsync(server);
        serverSide.GetAwaiter().GetResult();
        clientSide.GetAwaiter().GetResult();
        pair.Server.Write([1]);
        pair.Client.ReadExactly(stackalloc byte[1]);
        pair.HandshakeBytes = pair._connection.Total;
        return pair;
    }

    /// <param name="nodes">Whose certificates to use.</param>
    /// <param name="resume">Whether to offer and take tickets.</param>
    public static SslClientAuthenticationOptions ClientOptions(NodePair nodes, bool resume) => new()
    {
        TargetHost = NodePair.ResponderName,
        ClientCertificateContext = SslStreamCertificateContext.Create(nodes.InitiatorCertificate, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateChainPolicy = ChainPolicy(nodes),
        AllowTlsResume = resume,
    };

    /// <inheritdoc cref="ClientOptions"/>
    public static SslServerAuthenticationOptions ServerOptions(NodePair nodes, bool resume) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(nodes.ResponderCertificate, null, offline: true),
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateChainPolicy = ChainPolicy(nodes),
        AllowTlsResume = resume,
    };

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private static X509ChainPolicy ChainPolicy(NodePair nodes)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(nodes.Root);
        return policy;
    }
}
