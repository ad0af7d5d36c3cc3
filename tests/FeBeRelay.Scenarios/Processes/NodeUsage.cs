namespace FeBeRelay.Scenarios.Processes;

/// <summary>What a process takes up.</summary>
/// <param name="Memory">Resident memory in MiB.</param>
/// <param name="Files">Open descriptors.</param>
/// <param name="Threads">Threads.</param>
internal sealed record NodeUsage(int Memory, int Files, int Threads);
