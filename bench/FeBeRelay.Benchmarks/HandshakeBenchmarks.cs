using System.Net.Security;
using BenchmarkDotNet.Attributes;
using FeBeRelay.Benchmarks.Fixtures;
using FeBeRelay.Channel;

namespace FeBeRelay.Benchmarks;

/// <summary>
/// What does a secured connection cost, both sides together, against TLS 1.3 with certificates on both sides? Every handshake ends with
/// ciphers ready at both ends, except main mode alone, which makes an association and no channel.
/// Ours runs on one thread; SslStream does its steps on the thread pool, so its elapsed time has hops in it that ours has not. The ratio to
/// quote is that of <see cref="ProcessorTimeRun"/>.
/// </summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private NodePair _nodes = null!;
    private AssociationPair _association = null!;
    private AssociationPair _hybrid = null!;
    private SslClientAuthenticationOptions _fullClient = null!;
    private SslServerAuthenticationOptions _fullServer = null!;
    private SslClientAuthenticationOptions _resumingClient = null!;
    private SslServerAuthenticationOptions _resumingServer = null!;

    [GlobalSetup]
    public void Setup()
    {
        _nodes = new NodePair();
        _association = AssociationPair.MainMode(_nodes.Initiator, _nodes.Responder);
        _hybrid = AssociationPair.MainMode(_nodes.Hybrid.Initiator, _nodes.Hybrid.Responder);
        _fullClient = TlsPair.ClientOptions(_nodes, resume: false);
        _fullServer = TlsPair.ServerOptions(_nodes, resume: false);
        _resumingClient = TlsPair.ClientOptions(_nodes, resume: true);
        _resumingServer = TlsPair.ServerOptions(_nodes, resume: true);
        RequireResumption();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _association.Dispose();
        _hybrid.Dispose();
        _nodes.Dispose();
    }

    [Benchmark(Baseline = true, Description = "TLS, full")]
    public long TlsFull() => Tls(_fullClient, _fullServer);

    [Benchmark(Description = "TLS, full, server keeps its context")]
    public long TlsFullKeptContext() => Tls(_fullClient, _resumingServer);

    [Benchmark(Description = "TLS, resumed")]
    public long TlsResumed() => Tls(_resumingClient, _resumingServer);

    [Benchmark(Description = "main mode")]
    public void MainMode() => AssociationPair.MainMode(_nodes.Initiator, _nodes.Responder).Dispose();

    [Benchmark(Description = "main mode, chains never seen")]
    public void MainModeOfStrangers()
    {
        (NodeIdentity initiator, NodeIdentity responder) = _nodes.JustStarted();
        AssociationPair.MainMode(initiator, responder).Dispose();
    }

    [Benchmark(Description = "main mode, quick mode")]
    public void MainModeAndQuickMode()
    {
        using AssociationPair association = AssociationPair.MainMode(_nodes.Initiator, _nodes.Responder);
        association.QuickMode(forwardSecrecy: true).Dispose();
    }

    [Benchmark(Description = "quick mode, forward secrecy")]
    public void QuickModeForwardSecrecy() => _association.QuickMode(forwardSecrecy: true).Dispose();

    [Benchmark(Description = "quick mode")]
    public void QuickMode() => _association.QuickMode(forwardSecrecy: false).Dispose();

    [Benchmark(Description = "main mode, p256-mlkem768")]
    public void HybridMainMode() => AssociationPair.MainMode(_nodes.Hybrid.Initiator, _nodes.Hybrid.Responder).Dispose();

    [Benchmark(Description = "quick mode, forward secrecy, p256-mlkem768")]
    public void HybridQuickMode() => _hybrid.QuickMode(forwardSecrecy: true).Dispose();

    private static long Tls(SslClientAuthenticationOptions client, SslServerAuthenticationOptions server)
    {
        using TlsPair pair = TlsPair.Handshake(client, server);
        return pair.HandshakeBytes;
    }

    /// <summary>Resumption falls back to a full handshake without a word; then the figure would be of something else.</summary>
    private void RequireResumption()
    {
        long first = TlsResumed();
        long second = TlsResumed();
        // From OpenSSL 3.5 on both have a share of ML-KEM, so that what is saved is the smaller part.
        if (second > first * 7 / 8)
        {
            throw new InvalidOperationException($"the first TLS handshake had {first} bytes, the second {second}: the session was not resumed");
        }
    }
}
