using System.Net;
using FeBeRelay.Cli.Conformance;
using FeBeRelay.Conformance.Proxies;

namespace FeBeRelay.Conformance;

/// <summary>Runs cases against proxies that are started for it.</summary>
internal static class Score
{
    public static async Task<ConformanceReport> RunAsync(Func<IPEndPoint, Task<Proxy>> start, TimeSpan hold, IReadOnlyList<ConformanceCase>? cases = null)
    {
        await using ScoredProxy scored = await ScoredProxy.StartAsync(start, hold, isFull: false);
        await scored.RunAsync(cases ?? ConformanceCases.All);
        return scored.Report;
    }

    /// <summary>
    /// Runs all cases in full size against some proxies: who has to wait waits beside all others, and what takes processor time has the machine for
    /// itself.
    /// </summary>
    public static async Task<IReadOnlyList<ConformanceReport>> RunFullAsync(IEnumerable<Func<IPEndPoint, Task<Proxy>>> proxies, TimeSpan hold)
    {
        ILookup<CasePhase, ConformanceCase> phases = ConformanceCases.All.ToLookup(c => c.Phase);
        var scored = new List<ScoredProxy>();
        try
        {
            foreach (Func<IPEndPoint, Task<Proxy>> start in proxies)
            {
                scored.Add(await ScoredProxy.StartAsync(start, hold, isFull: true));
                await scored[^1].RunAsync([.. phases[CasePhase.Connection], .. phases[CasePhase.Log]]);
            }
            Task quiet = Task.WhenAll(scored.Select(s => s.RunAsync([.. phases[CasePhase.Quiet]])));
            foreach (ScoredProxy one in scored)
            {
                await one.RunAsync([.. phases[CasePhase.Ordinary], .. phases[CasePhase.Policy]]);
            }
            await quiet;
            foreach (ScoredProxy one in scored)
            {
                await one.RunAsync([.. phases[CasePhase.Last]]);
            }
            return [.. scored.Select(s => s.Report)];
        }
        finally
        {
            foreach (ScoredProxy one in scored)
            {
                await one.DisposeAsync();
            }
        }
    }
}
