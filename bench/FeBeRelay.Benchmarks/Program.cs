using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FeBeRelay.Benchmarks;

const int Failed = 1;

if (args.Contains("--cpu"))
{
    Console.WriteLine(BenchmarkEnvironment.Describe());
    ProcessorTimeRun.Run(Console.Out);
    Console.WriteLine(Environment.NewLine + BenchmarkEnvironment.Describe());
    return 0;
}

bool smoke = args.Contains("--smoke");
string[] rest = [.. args.Where(a => a != "--smoke")];
if (!rest.Any(a => a is "--filter" or "-f" or "--list" or "--help"))
{
    rest = [.. rest, "--filter", "*"];
}

Console.WriteLine(BenchmarkEnvironment.Describe());
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(BenchmarkEnvironment).Assembly).Run(rest, smoke ? BenchmarkConfig.Smoke() : BenchmarkConfig.Measure())];
if (rest.Contains("--list") || rest.Contains("--help"))
{
    return 0;
}
Console.WriteLine(BenchmarkEnvironment.Describe());
string[] failures = BenchmarkOutcome.Failures(summaries);
foreach (string failure in failures)
{
    Console.Error.WriteLine(failure);
}
return failures.Length == 0 ? 0 : Failed;
