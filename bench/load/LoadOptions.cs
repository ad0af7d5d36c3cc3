using FeBeRelay.Load.Loads;

namespace FeBeRelay.Load;

/// <summary>What to run and for how long.</summary>
internal sealed record LoadOptions
{
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>Names of relays; empty for all.</summary>
    public required IReadOnlyList<string> Relays { get; init; }

    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    /// <summary>Of programs that are compiled while they run: the compiler works for half a minute before they are what they will be.</summary>
    public required int WarmSeconds { get; init; }

    public required int IdleConnections { get; init; }

    public required DirectoryInfo Results { get; init; }

    /// <summary>Published programs to measure, by name; empty to publish one.</summary>
    public required IReadOnlyList<(string Name, string Folder)> Programs { get; init; }
}
