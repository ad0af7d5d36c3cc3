using System.Net.Security;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using FeBeRelay.Benchmarks.Fixtures;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Benchmarks;

/// <summary>
/// What does a write at one end and its read at the other cost, by a channel and by <see cref="SslStream"/> with the same cipher, over the
/// same in-memory connection, which copies the bytes in and out? Both directions' keys exist, one is used; both ends are on one thread.
/// </summary>
[MemoryDiagnoser]
public class TransportBenchmarks
{
    private readonly byte[] _sent = GC.AllocateArray<byte>(ChannelSender.Headroom + Limits.MaxPlaintext + ChannelSender.Tailroom, pinned: true);
    private readonly byte[] _received = GC.AllocateArray<byte>(2 * (RecordHeader.Size + Limits.MaxPlaintext + Limits.TagSize), pinned: true);
    private NodePair _nodes = null!;
    private MemoryConnection _connection = null!;
    private AssociationPair _association = null!;
    private ChannelPair _channel = null!;
    private TlsPair _tls = null!;

    [Params(64, 1_024, 16_384, 65_536)]
    public int Size { get; set; }

    private static TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    [GlobalSetup]
    public void Setup()
    {
        _nodes = new NodePair();
        _connection = new MemoryConnection();
        _association = AssociationPair.MainMode(_nodes.Initiator, _nodes.Responder);
        _channel = _association.QuickMode(forwardSecrecy: true);
        _tls = TlsPair.Handshake(TlsPair.ClientOptions(_nodes, resume: false), TlsPair.ServerOptions(_nodes, resume: false));
        if (_tls.Client.NegotiatedCipherSuite != TlsCipherSuite.TLS_AES_256_GCM_SHA384 || !_tls.Client.IsMutuallyAuthenticated)
        {
            throw new InvalidOperationException($"TLS negotiated {_tls.Client.NegotiatedCipherSuite}, mutual {_tls.Client.IsMutuallyAuthenticated}: not comparable");
        }
        OpenStream();
        RandomNumberGenerator.Fill(_sent);
        RequireFaithful(Channel);
        RequireFaithful(Tls);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _tls.Dispose();
        _channel.Dispose();
        _association.Dispose();
        _nodes.Dispose();
    }

    [Benchmark(Baseline = true, Description = "SslStream")]
    public int Tls()
    {
        _tls.Client.Write(_sent, ChannelSender.Headroom, Size);
        _tls.Server.ReadExactly(_received, 0, Size);
        return 0;
    }

    /// <summary>As the relay does it: sealed where the plaintext stands, opened where it was received.</summary>
    [Benchmark(Description = "ChannelSender, ChannelReceiver")]
    public int Channel()
    {
        (int start, int length) = _channel.Initiator.Sender.SealData(_sent, ChannelSender.Headroom, Size, Now);
        _connection.Initiator.Write(_sent, start, length);
        return Receive(RecordType.Data).PlaintextStart;
    }

    /// <summary>Opens records until one of the type; a key update may stand in front of it.</summary>
    private ReceivedRecord Receive(RecordType type)
    {
        int end = _connection.Responder.Read(_received);
        int start = 0;
        while (_channel.Responder.Receiver.Receive(_received.AsSpan(start, end - start), Now, out ReceivedRecord record) == 0)
        {
            if (record.Type == type)
            {
                return record with { PlaintextStart = start + record.PlaintextStart };
            }
            start += record.Consumed;
        }
        throw new InvalidOperationException($"{end} bytes arrived without a whole {type} record");
    }

    private void OpenStream()
    {
        var buffer = new byte[ChannelSender.MaxControlBytes];
        int length = _channel.Initiator.Sender.Open(buffer, new StreamOpen(1, Demand.Require, "owa", null, null), Now);
        _connection.Initiator.Write(buffer, 0, length);
        Receive(RecordType.Open);
    }

    private void RequireFaithful(Func<int> transfer)
    {
        byte[] expected = _sent.AsSpan(ChannelSender.Headroom, Size).ToArray();
        int start = transfer();
        if (!_received.AsSpan(start, Size).SequenceEqual(expected))
        {
            throw new InvalidOperationException($"{transfer.Method.Name} did not deliver what was sent");
        }
    }
}
