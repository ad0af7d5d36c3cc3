using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>Where a running node's policy comes from. To be made before the configuration is loaded: what is assigned from then on is seen.</summary>
/// <param name="file">The configuration file.</param>
/// <param name="load">Loads it, with all that stands above it.</param>
internal sealed class PolicySource(string file, Func<ConfigurationLoadResult> load)
{
    /// <summary>What was on trial and was rolled back before the configuration was read: its time had passed while the node was down.</summary>
    public PolicyTrial? Overdue { get; private init; }

    /// <summary>What was assigned when this was made.</summary>
    public string FirstAssignment { get; } = ReadAssignment(file);

    /// <summary>Makes it, and rolls back a trial whose time has passed.</summary>
    /// <exception cref="IOException">That cannot be written.</exception>
    public static PolicySource Open(string file, Func<ConfigurationLoadResult> load, TimeProvider time)
    {
        PolicyTrial? overdue = PolicyTrial.RollBack(file, time.GetUtcNow());
        return new PolicySource(file, load) { Overdue = overdue };
    }

    /// <summary>What the command assigned last; empty if nothing, or if it was taken back.</summary>
    public string Assignment() => ReadAssignment(file);

    /// <summary>Assigns, as the command does; the watch sees it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Assign(string policy) => PolicyAssignment.Write(file, policy);

    /// <summary>Takes the assignment back; whether there was one.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public bool Unassign() => PolicyAssignment.Remove(file);

    /// <summary>The trial that is running, if one is.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public PolicyTrial? Trial() => PolicyTrial.Read(file);

    /// <summary>What is on trial stays; false if nothing is.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public bool Confirm() => PolicyTrial.Confirm(file);

    /// <summary>Assigns what was assigned before, where a trial's time is over; the trial that was.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public PolicyTrial? RollBack(DateTimeOffset now) => PolicyTrial.RollBack(file, now);

    /// <summary>The configuration as it is now.</summary>
    public ConfigurationLoadResult Load() => load();

    private static string ReadAssignment(string file)
    {
        try
        {
            return PolicyAssignment.Read(file).Select(entry => entry.Value).FirstOrDefault() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Loading meets the same and tells it.
            return $"({e.GetType().Name})";
        }
    }
}
