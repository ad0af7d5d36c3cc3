using FeBeRelay.Fuzz;
using Xunit;

namespace FeBeRelay.Relay.Tests.Fuzz;

/// <summary>The fuzz targets in small: what is kept in their corpora, and some thousand changed inputs that are the same each time.</summary>
public sealed class FuzzTargetTests
{
    private const int Cases = 2_000;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_breaks_a_promise(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(t => t.Name == name);
        var run = new FuzzRun(target);
        run.TryMany(Cases, seed: 1);
        foreach (string file in Corpus.FilesOf(target))
        {
            run.Try(File.ReadAllBytes(file));
        }

        Assert.True(run.Findings.Count == 0, string.Join('\n', run.Findings.Select(f => $"{Convert.ToHexString(f.Input)}\n{f.What}")));
        Assert.True(run.Messages > Cases / 2, $"most inputs come to nothing: {run}");
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        var one = new Mutator(7, [[1, 2, 3], []], [[9]]);
        var other = new Mutator(7, [[1, 2, 3], []], [[9]]);

        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.Equal(one.Next(), other.Next()));
    }

    [Fact]
    public void What_a_target_does_wrong_is_found()
    {
        var run = new FuzzRun(new Careless());

        run.TryMany(2_000, seed: 1);

        Assert.Contains(run.Findings, finding => finding.What.Contains("IndexOutOfRange", StringComparison.Ordinal));
        Assert.Contains(run.Findings, finding => finding.What.Contains("bytes were allocated", StringComparison.Ordinal));
    }

    private sealed class Careless() : FuzzTarget("careless", () => [[1, 2, 3, 4]], allowance: 1_000)
    {
        public override int Run(byte[] input)
        {
            GC.KeepAlive(new byte[input.Length > 0 && input[0] == 0xFF ? 100_000 : 1]);
            return input.Length == 3 ? input[3] : 1;
        }
    }
}
