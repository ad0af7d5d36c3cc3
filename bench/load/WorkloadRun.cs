using FeBeRelay.Load.Candidates;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Report;

namespace FeBeRelay.Load;

/// <summary>One load over all relays, in rounds: in each, every relay has its turn, so that what disturbs the machine disturbs all alike.</summary>
internal static class WorkloadRun
{
    public static async Task<WorkloadResult> RunAsync(Workload workload, Candidate[] candidates, Site site, LoadOptions options, CancellationToken cancellation)
    {
        var running = new List<RunningCandidate>();
        try
        {
            foreach (Candidate candidate in candidates)
            {
                running.Add(candidate.Start(site, workload.Reconnecting));
            }
            for (int i = 0; i < candidates.Length; i++)
            {
                await Readiness.WaitAsync(candidates[i].Name, running[i].Target, running[i].Processes, cancellation);
            }
            var samples = candidates.ToDictionary(c => c.Name, _ => new List<Sample>());
            if (workload.IsIdle)
            {
                for (int i = 0; i < candidates.Length; i++)
                {
                    Console.Error.WriteLine($"{workload.Name}: {candidates[i].Name}");
                    samples[candidates[i].Name].Add(await IdleRun.MeasureAsync(running[i], options.IdleConnections, cancellation));
                }
            }
            else
            {
                await MeasureAsync(workload, candidates, running, samples, site, options, cancellation);
            }
            return WorkloadResult.Of(workload, options, candidates, samples);
        }
        finally
        {
            foreach (RunningCandidate candidate in running)
            {
                await candidate.DisposeAsync();
            }
        }
    }

    /// <summary>Round 0 warms up and does not count. Each round begins with another relay.</summary>
    private static async Task MeasureAsync(
        Workload workload, Candidate[] candidates, List<RunningCandidate> running, Dictionary<string, List<Sample>> samples, Site site, LoadOptions options,
        CancellationToken cancellation)
    {
        string script = WrkRun.WriteScript(site.Folder, workload);
        for (int round = 0; round <= options.Rounds; round++)
        {
            for (int turn = 0; turn < candidates.Length; turn++)
            {
                int i = (round + turn) % candidates.Length;
                await using SlowReaders slow = await SlowReaders.StartAsync(running[i].Target, workload.SlowReaders, cancellation);
                int seconds = round == 0 ? candidates[i].WarmSeconds(options) : options.Seconds;
                Sample sample = await WrkRun.MeasureAsync(workload, script, running[i].Target, seconds, running[i].Processes, cancellation);
                if (round > 0)
                {
                    samples[candidates[i].Name].Add(sample);
                    Console.Error.WriteLine(
                        $"{workload.Name} {round}/{options.Rounds} {candidates[i].Name}: {sample.RequestsPerSecond:N0}/s, {sample.CpuPerRequest:N1} us a request, {sample.Errors} errors");
                }
            }
        }
    }
}
