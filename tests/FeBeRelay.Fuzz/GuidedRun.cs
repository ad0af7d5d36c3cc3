using System.Globalization;
using SharpFuzz;

namespace FeBeRelay.Fuzz;

/// <summary>Inputs from afl-fuzz, which prefers those that reach new branches: assemblies are instrumented for it by SharpFuzz (script <c>afl</c>).</summary>
internal static class GuidedRun
{
    /// <summary>Serves afl-fuzz until it has enough. What a target throws or takes too much of counts there as a crash, its input is kept.</summary>
    public static void Run(string? name)
    {
        // Instrumented code, which making the targets runs too, may run only while afl-fuzz counts.
        var target = new Lazy<FuzzTarget>(() => FuzzTargets.All.Single(t => t.Name == name));
        Fuzzer.OutOfProcess.Run(stream => Try(target.Value, stream));
    }

    /// <summary>One file for each good input.</summary>
    public static void WriteSeeds(FuzzTarget target, string folder)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < target.Seeds.Count; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, i.ToString("D3", CultureInfo.InvariantCulture)), target.Seeds[i]);
        }
    }

    private static void Try(FuzzTarget target, Stream stream)
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        var run = new FuzzRun(target);
        run.Try(input.ToArray());
        if (run.Findings is [var finding, ..])
        {
            throw new InvalidOperationException(finding.What);
        }
    }
}
