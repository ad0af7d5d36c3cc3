using System.Collections.Concurrent;
using FeBeRelay.Channel.Budgets;

namespace FeBeRelay.Relay.Services;

/// <summary>Rations of lines that whoever connects can bring about, one for each service: what is wrong with another must be told all the same. Thread-safe.</summary>
internal sealed class ServiceLines(TimeProvider time)
{
    private const int LinesPerMinute = 60;

    private readonly ConcurrentDictionary<string, LogRation> _rations = new();

    /// <summary>The ration of a service of this node.</summary>
    public LogRation Of(Service service) => _rations.GetOrAdd(service.Name, static (_, clock) => new LogRation(LinesPerMinute, clock), time);
}
