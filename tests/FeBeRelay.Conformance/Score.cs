using System.Net;
using FeBeRelay.Cli.Conformance;
using FeBeRelay.Conformance.Proxies;
using Xunit;

namespace FeBeRelay.Conformance;

/// <summary>Runs all cases against a proxy that is started for it.</summary>
internal static class Score
{
    private static readonly TimeSpan PatienceForTheFirst = TimeSpan.FromSeconds(60);

    public static async Task<ConformanceReport> RunAsync(Func<IPEndPoint, Task<Proxy>> start, TimeSpan hold, IReadOnlyList<ConformanceCase>? cases = null)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var backEnd = ScriptedBackEnd.Start(new IPEndPoint(IPAddress.Loopback, 0), cancellation);
        await using Proxy proxy = await start(backEnd.EndPoint);
        var settings = new ConformanceSettings(proxy.Target, proxy.PolicyTarget, hold);
        var run = new ConformanceRun(settings, backEnd, TimeProvider.System);
        await run.ProbeAsync(PatienceForTheFirst, cancellation);
        var results = new List<ConformanceResult>();
        await foreach (ConformanceResult result in run.RunAsync(cases ?? ConformanceCases.All, cancellation))
        {
            results.Add(result);
        }
        return ConformanceReport.Of(settings, results);
    }
}
