namespace FeBeRelay.Benchmarks;

/// <summary>One thing to measure.</summary>
internal sealed record Candidate(string Name, Action Operation);

/// <summary>What is compared with each other; the first is the baseline.</summary>
internal sealed record ComparisonGroup(string Size, IReadOnlyList<Candidate> Candidates, Action CleanUp) : IDisposable
{
    private static readonly int[] Sizes = [64, 1_024, 16_384, 65_536];

    /// <summary>The same operations as BenchmarkDotNet's classes have, each group set up when it is reached.</summary>
    public static IEnumerable<ComparisonGroup> All() =>
        Sizes.SelectMany(Records).Concat(Sizes.Select(Transport)).Append(Handshakes());

    public void Dispose() => CleanUp();

    private static IEnumerable<ComparisonGroup> Records(int size)
    {
        var benchmarks = new RecordBenchmarks { Size = size };
        benchmarks.Setup();
        yield return new(Text(size), [new("AesGcm.Encrypt", benchmarks.BareSeal), new("RecordSealer.Seal", benchmarks.RecordSeal)], () => { });
        yield return new(
            Text(size),
            [new("AesGcm.Encrypt, Decrypt", benchmarks.BareSealAndOpen), new("RecordSealer.Seal, RecordOpener.Open", () => benchmarks.RecordSealAndOpen())],
            benchmarks.Cleanup);
    }

    private static ComparisonGroup Transport(int size)
    {
        var benchmarks = new TransportBenchmarks { Size = size };
        benchmarks.Setup();
        return new(
            Text(size), [new("SslStream", () => benchmarks.Tls()), new("ChannelSender, ChannelReceiver", () => benchmarks.Channel())], benchmarks.Cleanup);
    }

    private static ComparisonGroup Handshakes()
    {
        var benchmarks = new HandshakeBenchmarks();
        benchmarks.Setup();
        return new(
            string.Empty,
            [
                new("TLS, full", () => benchmarks.TlsFull()),
                new("TLS, full, server keeps its context", () => benchmarks.TlsFullKeptContext()),
                new("TLS, resumed", () => benchmarks.TlsResumed()),
                new("main mode", benchmarks.MainMode),
                new("main mode, chains never seen", benchmarks.MainModeOfStrangers),
                new("main mode, quick mode", benchmarks.MainModeAndQuickMode),
                new("quick mode, forward secrecy", benchmarks.QuickModeForwardSecrecy),
                new("quick mode", benchmarks.QuickMode),
                new("main mode, p256-mlkem768", benchmarks.HybridMainMode),
                new("quick mode, forward secrecy, p256-mlkem768", benchmarks.HybridQuickMode),
            ],
            benchmarks.Cleanup);
    }

    private static string Text(int size) => size.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
