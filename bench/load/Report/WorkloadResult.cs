using FeBeRelay.Load.Candidates;
using FeBeRelay.Load.Loads;

namespace FeBeRelay.Load.Report;

/// <summary>All turns of one load.</summary>
/// <param name="Name">The load's name.</param>
/// <param name="Title">What it is.</param>
/// <param name="Machine">Where and when.</param>
/// <param name="Rounds">Rounds.</param>
/// <param name="Seconds">Seconds of a turn.</param>
/// <param name="IsIdle">Memory was measured.</param>
/// <param name="Relays">By relay, in the order of the tables.</param>
internal sealed record WorkloadResult(string Name, string Title, Machine Machine, int Rounds, int Seconds, bool IsIdle, IReadOnlyList<RelayResult> Relays)
{
    public static WorkloadResult Of(Workload workload, LoadOptions options, Candidate[] candidates, Dictionary<string, List<Sample>> samples) => new(
        workload.Name, workload.IsIdle ? $"{options.IdleConnections:N0} connections idle, each after one request of 1 KiB" : workload.Title,
        Machine.Current(), workload.IsIdle ? 1 : options.Rounds, options.Seconds, workload.IsIdle,
        [.. candidates.Select(c => new RelayResult(c.Name, c.Family, samples[c.Name]))]);

    /// <summary>What a relay is held against: the best by median of those of its kind.</summary>
    public RelayResult? Rival(RelayResult relay, Func<Sample, double> figure, bool more)
    {
        Family[] families = relay.Family is Family.Http or Family.HttpPeer or Family.Yarp ? [Family.HttpPeer] : [Family.StreamPeer];
        return Best(families, figure, more);
    }

    public RelayResult? Best(Family[] families, Func<Sample, double> figure, bool more) =>
        Relays.Where(r => families.Contains(r.Family) && r.Samples.All(s => s.Requests > 0)).MinBy(r => r.Median(figure) * (more ? -1 : 1));
}

/// <summary>One relay's turns.</summary>
internal sealed record RelayResult(string Name, Family Family, IReadOnlyList<Sample> Samples)
{
    public double Median(Func<Sample, double> figure) => Statistics.Median(Samples.Select(figure));

    /// <summary>The median of the ratios taken within each round.</summary>
    public double? PairedRatio(RelayResult? other, Func<Sample, double> figure) =>
        other is null ? null : Statistics.Median(Samples.Zip(other.Samples, (a, b) => figure(a) / Math.Max(figure(b), double.Epsilon)));
}
