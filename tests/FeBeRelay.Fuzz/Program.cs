using System.Diagnostics;
using System.Globalization;
using FeBeRelay.Fuzz;

// feberelay-fuzz [--target NAME] [--cases N] [--seed S] [--keep]   without a target: all of them, N cases each
// feberelay-fuzz --input FILE --target NAME                        one input, for instance under a debugger
// feberelay-fuzz --seeds FOLDER --target NAME                      writes the good inputs there
// feberelay-fuzz --afl --target NAME                               under afl-fuzz, which the script afl starts
string? Option(string name) => args.SkipWhile(a => a != name).Skip(1).FirstOrDefault();

if (args.Contains("--afl"))
{
    GuidedRun.Run(Option("--target"));
    return 0;
}
FuzzTarget[] chosen = [.. FuzzTargets.All.Where(t => Option("--target") is not { } name || t.Name == name)];
if (chosen.Length == 0 || args.Contains("--help"))
{
    Console.Error.WriteLine($"usage: [--target {string.Join('|', FuzzTargets.All.Select(t => t.Name))}] [--cases N] [--seed S] [--keep] [--input FILE] [--seeds FOLDER] [--afl]");
    return 2;
}
if (Option("--seeds") is { } folder)
{
    GuidedRun.WriteSeeds(chosen[0], folder);
    return 0;
}
long cases = long.Parse(Option("--cases") ?? "10000", CultureInfo.InvariantCulture);
ulong seed = ulong.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture);
bool failed = false;
foreach (FuzzTarget target in chosen)
{
    var run = new FuzzRun(target);
    long start = Stopwatch.GetTimestamp();
    if (Option("--input") is { } file)
    {
        run.Try(File.ReadAllBytes(file));
    }
    else
    {
        run.TryMany(cases, seed, progress => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {progress}"));
    }
    Console.WriteLine($"{run} in {Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s (seed {seed})");
    foreach (FuzzFinding finding in run.Findings)
    {
        string where = args.Contains("--keep") ? Corpus.Keep(target, finding.Input) : Convert.ToHexString(finding.Input);
        Console.WriteLine($"FOUND {target.Name} {where}\n{finding.What}");
    }
    failed |= run.Findings.Count > 0;
}
return failed ? 1 : 0;
