using FeBeRelay.Load.Candidates;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;
using FeBeRelay.Load.Report;

namespace FeBeRelay.Load;

/// <summary>Starts everything, measures load after load, writes the results, stops everything.</summary>
internal static class Harness
{
    /// <summary>Runs; 0 when all was measured, 1 with a message when it could not be.</summary>
    public static async Task<int> RunAsync(LoadOptions options, CancellationToken cancellation)
    {
        try
        {
            Tools.Require();
            IReadOnlyList<(string Name, string Folder)> programs = options.Programs.Count > 0 ? options.Programs : [("feberelay", await Publishing.RunAsync(cancellation))];
            await using var site = new Site();
            await site.PrepareAsync(Path.Combine(programs[0].Folder, "feberelay"), cancellation);
            Candidate[] candidates =
            [
                .. Candidate.Others().Concat(programs.SelectMany(p => FeBeRelayCandidates.Of(p.Name, p.Folder)))
                    .Where(c => options.Relays.Count == 0 || options.Relays.Contains(c.Name)),
            ];
            options.Results.Create();
            foreach (Workload workload in options.Workloads)
            {
                WorkloadResult result = await WorkloadRun.RunAsync(workload, [.. candidates.Where(c => c.TakesPart(workload))], site, options, cancellation);
                ResultFiles.Save(options.Results, result);
                Console.WriteLine(MarkdownTable.Of(result));
            }
            ResultFiles.Render(options.Results);
            return 0;
        }
        catch (HarnessException e)
        {
            Console.Error.WriteLine($"load: {e.Message}");
            return 1;
        }
    }
}
