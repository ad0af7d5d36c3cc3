using System.Collections.Concurrent;
using System.Net;
using FeBeRelay.Cli.Conformance;
using FeBeRelay.Conformance.Proxies;
using Xunit;

namespace FeBeRelay.Conformance;

/// <summary>A proxy with the scripted back end behind it, and what cases have found out about it.</summary>
internal sealed class ScoredProxy : IAsyncDisposable
{
    private static readonly TimeSpan PatienceForTheFirst = TimeSpan.FromSeconds(60);

    private readonly ScriptedBackEnd _backEnd;
    private readonly Proxy _proxy;
    private readonly ConformanceSettings _settings;
    private readonly ConformanceRun _run;
    private readonly ConcurrentBag<ConformanceResult> _results = [];

    private ScoredProxy(ScriptedBackEnd backEnd, Proxy proxy, TimeSpan hold, bool isFull)
    {
        (_backEnd, _proxy) = (backEnd, proxy);
        _settings = new ConformanceSettings(proxy.Target, proxy.PolicyTarget, hold, isFull, proxy.ReadLog);
        _run = new ConformanceRun(_settings, backEnd, TimeProvider.System);
    }

    public ConformanceReport Report => ConformanceReport.Of(_settings, _results);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ScoredProxy> StartAsync(Func<IPEndPoint, Task<Proxy>> start, TimeSpan hold, bool isFull)
    {
        var backEnd = ScriptedBackEnd.Start(new IPEndPoint(IPAddress.Loopback, 0), Cancellation);
        var scored = new ScoredProxy(backEnd, await start(backEnd.EndPoint), hold, isFull);
        await scored._run.ProbeAsync(PatienceForTheFirst, Cancellation);
        return scored;
    }

    public async Task RunAsync(IReadOnlyList<ConformanceCase> cases)
    {
        await foreach (ConformanceResult result in _run.RunAsync(cases, Cancellation))
        {
            _results.Add(result);
            TestContext.Current.SendDiagnosticMessage($"{_proxy.GetType().Name} {result.Milliseconds} ms: {ConformanceText.Line(result)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _backEnd.Dispose();
    }
}
