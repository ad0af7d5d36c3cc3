using System.Net.Sockets;
using System.Threading.Channels;

namespace FeBeRelay.Cli.Conformance;

/// <summary>Where and how to run.</summary>
/// <param name="Target">The proxy under test, which passes everything to the scripted back end.</param>
/// <param name="PolicyTarget">A second address of it, which distrusts its clients and adds Front-End-Https and X-Forwarded-For; null where there is none.</param>
/// <param name="Hold">How long what waits has to wait.</param>
/// <param name="IsFull">Whether large cases have their full size, which takes minutes.</param>
/// <param name="ReadLog">Gives what the proxy has told its operator up to now; null where that cannot be read.</param>
internal sealed record ConformanceSettings(Uri Target, Uri? PolicyTarget, TimeSpan Hold, bool IsFull = false, Func<string>? ReadLog = null);

/// <summary>Runs cases against a proxy whose back end is the given one. Results come as they are there.</summary>
internal sealed class ConformanceRun(ConformanceSettings settings, ScriptedBackEnd backEnd, TimeProvider time)
{
    /// <summary>More than any case takes that does not hang.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Waits until a request gets through, so that a proxy that is still starting fails nothing.</summary>
    /// <exception cref="ConformanceFailedException">None did.</exception>
    public async Task ProbeAsync(TimeSpan patience, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                using var visit = new Visit(settings.Target, settings, backEnd, cancellation);
                using RawPeer client = await visit.ConnectAsync();
                await visit.ExchangeAsync(client, visit.Head("GET /"));
                return;
            }
            catch (ConformanceFailedException e) when (time.GetElapsedTime(start) >= patience)
            {
                throw new ConformanceFailedException($"no request gets through {settings.Target} to the back end on {backEnd.EndPoint}: {e.Message}");
            }
            catch (ConformanceFailedException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellation);
            }
        }
    }

    public IAsyncEnumerable<ConformanceResult> RunAsync(IReadOnlyList<ConformanceCase> cases, CancellationToken cancellation)
    {
        var results = System.Threading.Channels.Channel.CreateUnbounded<ConformanceResult>();
        _ = RunAllAsync(cases, results.Writer, cancellation);
        return results.Reader.ReadAllAsync(cancellation);
    }

    private async Task RunAllAsync(IReadOnlyList<ConformanceCase> cases, ChannelWriter<ConformanceResult> results, CancellationToken cancellation)
    {
        try
        {
            ILookup<CasePhase, ConformanceCase> phases = cases.ToLookup(c => c.Phase);
            await RunInTurnAsync(phases[CasePhase.Connection].Concat(phases[CasePhase.Log]));
            Task quiet = Task.WhenAll(phases[CasePhase.Quiet].Select(RunAsync));
            await RunInTurnAsync(phases[CasePhase.Ordinary].Concat(phases[CasePhase.Policy]));
            await quiet;
            await RunInTurnAsync(phases[CasePhase.Last]);
            results.Complete();
        }
        catch (Exception e)
        {
            results.Complete(e);
        }

        async Task RunInTurnAsync(IEnumerable<ConformanceCase> some)
        {
            foreach (ConformanceCase one in some)
            {
                await RunAsync(one);
            }
        }

        async Task RunAsync(ConformanceCase one) => await results.WriteAsync(await RunOneAsync(one, cancellation), cancellation);
    }

    private async Task<ConformanceResult> RunOneAsync(ConformanceCase one, CancellationToken cancellation)
    {
        Uri? target = one.Phase == CasePhase.Policy ? settings.PolicyTarget : settings.Target;
        if (target is null || (one.Phase == CasePhase.Log && settings.ReadLog is null))
        {
            return new ConformanceResult(one.Id, one.Row, one.Name, ConformanceStatus.NotTested, target is null ? "needs --policy-target" : "needs --proxy-log", 0);
        }
        long start = time.GetTimestamp();
        using var visit = new Visit(target, settings, backEnd, cancellation);
        try
        {
            await one.Run(visit).WaitAsync(Deadline + settings.Hold, time, cancellation);
            return Result(ConformanceStatus.Passed, visit.Detail);
        }
        catch (ConformanceFailedException e)
        {
            return Result(ConformanceStatus.Failed, e.Message);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or TimeoutException)
        {
            return Result(ConformanceStatus.Failed, $"{e.GetType().Name}: {e.Message}");
        }

        ConformanceResult Result(ConformanceStatus status, string detail) =>
            new(one.Id, one.Row, one.Name, status, detail, Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1));
    }
}
