using System.Net;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>One way from an application to the origin, by a pair of processes.</summary>
/// <param name="Name">As in the tables.</param>
/// <param name="Family">What it is compared with.</param>
/// <param name="Start">Starts the pair and says where it listens.</param>
internal sealed record Candidate(string Name, Family Family, Func<Site, Reconnecting, RunningCandidate> Start)
{
    /// <summary>Whether it has a part only in loads that negotiate for each connection.</summary>
    public bool IsForNegotiations { get; init; }

    // The others are after some seconds what they stay.
    private const int MostWarmSeconds = 4;

    /// <summary>How long its first turn lasts, which does not count: only a program that is compiled while it runs needs it long.</summary>
    public int WarmSeconds(LoadOptions options) =>
        Family is Family.Stream or Family.Http or Family.Yarp ? options.WarmSeconds : Math.Min(options.WarmSeconds, MostWarmSeconds);

    /// <summary>Whether it has a part in a load: not everything can be told to make new connections.</summary>
    public bool TakesPart(Workload workload) => workload switch
    {
        { Reconnecting: Reconnecting.Default } when IsForNegotiations => false,
        { IsIdle: true } => Family is not Family.Origin,
        { Reconnecting: not Reconnecting.Default } => Family is Family.StreamPeer or Family.Stream && Name != "spiped",
        _ => true,
    };

    /// <summary>All but FeBeRelay itself.</summary>
    public static IEnumerable<Candidate> Others() =>
    [
        new("origin", Family.Origin, (site, _) => new RunningCandidate(site.Origin, [])),
        HaproxyCandidates.Plain, NginxCandidates.Stream, HaproxyCandidates.Tcp, StunnelCandidate.Instance, SpipedCandidate.Instance,
        NginxCandidates.Http, HaproxyCandidates.Http, YarpCandidate.Instance,
    ];
}

/// <summary>A pair that runs.</summary>
/// <param name="Target">Where applications connect.</param>
/// <param name="Processes">Its processes, without their children.</param>
internal sealed record RunningCandidate(IPEndPoint Target, IReadOnlyList<ChildProcess> Processes) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess process in Processes)
        {
            await process.DisposeAsync();
        }
    }
}
