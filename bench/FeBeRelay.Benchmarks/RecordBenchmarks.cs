using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Records;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Benchmarks;

/// <summary>What does the record layer cost over the bare cipher, on the same bytes in place with the same five bytes of associated data?</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory), CategoriesColumn]
public class RecordBenchmarks
{
    private const string Seal = "seal";
    private const string SealAndOpen = "seal + open";
    private const uint Spi = 1;

    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(12);
    private byte[] _record = [];
    private AesGcm _bare = null!;
    private RecordSealer _sealer = null!;
    private RecordSealer _pairedSealer = null!;
    private RecordOpener _pairedOpener = null!;

    [Params(64, 1_024, 16_384, 65_536)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Suite suite = Suite.Aes256Gcm;
        KeyLimits limits = KeyLimits.Of(Lifetimes.Default.KeySeconds, Lifetimes.Default.KeyKilobytes);
        byte[] secret = RandomNumberGenerator.GetBytes(suite.HashSize);
        _record = GC.AllocateArray<byte>(RecordHeader.Size + Size + Limits.TagSize, pinned: true);
        _bare = new AesGcm(RandomNumberGenerator.GetBytes(suite.KeySize), Limits.TagSize);
        _sealer = new RecordSealer(suite, new Secret(secret), Spi, limits);
        _pairedSealer = new RecordSealer(suite, new Secret(secret), Spi, limits);
        _pairedOpener = new RecordOpener(suite, new Secret(secret), Spi, limits);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _bare.Dispose();
        _sealer.Dispose();
        _pairedSealer.Dispose();
        _pairedOpener.Dispose();
    }

    [Benchmark(Baseline = true, Description = "AesGcm.Encrypt"), BenchmarkCategory(Seal)]
    public void BareSeal() => Encrypt();

    [Benchmark(Description = "RecordSealer.Seal"), BenchmarkCategory(Seal)]
    public void RecordSeal()
    {
        if (_sealer.Plan(Size, TimeSpan.Zero) == SealPlan.UpdateFirst)
        {
            _sealer.Update();
        }
        _sealer.Seal(RecordType.Data, _record, TimeSpan.Zero);
    }

    [Benchmark(Baseline = true, Description = "AesGcm.Encrypt, Decrypt"), BenchmarkCategory(SealAndOpen)]
    public void BareSealAndOpen()
    {
        Encrypt();
        Span<byte> body = _record.AsSpan(RecordHeader.Size, Size);
        _bare.Decrypt(_nonce, body, _record.AsSpan(RecordHeader.Size + Size), body, _record.AsSpan(0, RecordHeader.Size));
    }

    [Benchmark(Description = "RecordSealer.Seal, RecordOpener.Open"), BenchmarkCategory(SealAndOpen)]
    public int RecordSealAndOpen()
    {
        if (_pairedSealer.Plan(Size, TimeSpan.Zero) == SealPlan.UpdateFirst)
        {
            _pairedSealer.Update();
            _pairedOpener.Update(park: false);
        }
        _pairedSealer.Seal(RecordType.Data, _record, TimeSpan.Zero);
        RecordHeader.TryRead(_record, out RecordHeader header);
        _pairedOpener.Open(header, _record);
        return header.Length;
    }

    private void Encrypt()
    {
        Span<byte> body = _record.AsSpan(RecordHeader.Size, Size);
        _bare.Encrypt(_nonce, body, body, _record.AsSpan(RecordHeader.Size + Size), _record.AsSpan(0, RecordHeader.Size));
    }
}
