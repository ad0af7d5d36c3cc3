using System.Diagnostics;
using System.Globalization;

namespace FeBeRelay.Benchmarks;

/// <summary>
/// Compares by the processor time of the whole process, in short rounds that take turns. Says what elapsed time cannot: the cost of work that
/// hops between threads, as the handshake of SslStream does, and a ratio on a machine where others are at work, because both sides of
/// it are measured within the same second.
/// </summary>
internal static class ProcessorTimeRun
{
    private const int Rounds = 31;
    private static readonly TimeSpan RoundLength = TimeSpan.FromMilliseconds(60);

    /// <summary>Measures every group and prints a Markdown table.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine("| what | size | CPU, median | CPU, least | ratio, median (middle half) |");
        output.WriteLine("|---|---:|---:|---:|---:|");
        foreach (ComparisonGroup group in ComparisonGroup.All())
        {
            using (group)
            {
                Measure(group, output);
            }
        }
    }

    private static void Measure(ComparisonGroup group, TextWriter output)
    {
        int[] operations = [.. group.Candidates.Select(c => Calibrate(c.Operation))];
        double[][] rounds = [.. group.Candidates.Select(_ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < operations.Length; i++)
            {
                rounds[i][round] = Microseconds(group.Candidates[i].Operation, operations[i]);
            }
        }
        for (int i = 0; i < operations.Length; i++)
        {
            double[] ratios = [.. rounds[i].Zip(rounds[0], (own, baseline) => own / baseline).Order()];
            double[] sorted = [.. rounds[i].Order()];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {group.Candidates[i].Name} | {group.Size} | {sorted[Rounds / 2]:0.00} us | {sorted[0]:0.00} us | {ratios[Rounds / 2]:0.00} ({ratios[Rounds / 4]:0.00}-{ratios[3 * Rounds / 4]:0.00}) |"));
        }
    }

    /// <summary>Operations that fill a round; compiles to the last tier on the way.</summary>
    private static int Calibrate(Action operation)
    {
        int operations = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < 10 * RoundLength)
        {
            operation();
            operations++;
        }
        return Math.Max(1, operations / 10);
    }

    private static double Microseconds(Action operation, int operations)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < operations; i++)
        {
            operation();
        }
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / operations;
    }
}
