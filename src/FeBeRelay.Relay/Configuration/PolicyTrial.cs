using System.Globalization;

namespace FeBeRelay.Relay.Configuration;

/// <summary>
/// A policy that was assigned on trial: unless it is confirmed in time, what was assigned before is assigned again. A file beside the configuration holds time and
/// predecessor, so that a restart forgets neither.
/// </summary>
/// <param name="Until">When it is over.</param>
/// <param name="Policy">What is on trial.</param>
/// <param name="Before">What was assigned before; empty for nothing.</param>
internal sealed record PolicyTrial(DateTimeOffset Until, string Policy, string Before)
{
    private const string Extension = ".trial";

    // It is being rolled back: whoever confirms comes too late, and a crash does not leave it half done.
    private const string OverExtension = ".trial.over";

    /// <summary>The file beside a configuration.</summary>
    public static string FileOf(string configurationPath) => configurationPath + Extension;

    /// <summary>The trial that is running or over and not rolled back yet; null if there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PolicyTrial? Read(string configurationPath)
    {
        var over = configurationPath + OverExtension;
        return File.Exists(over) ? Parse(over) with { Until = DateTimeOffset.MinValue }
            : File.Exists(FileOf(configurationPath)) ? Parse(FileOf(configurationPath))
            : null;
    }

    /// <summary>Assigns a policy on trial. Another trial that is running is replaced, and ends, if it does, where that one would have.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Start(string configurationPath, string policy, DateTimeOffset until)
    {
        var before = Read(configurationPath)?.Before ?? PolicyAssignment.Read(configurationPath).Select(entry => entry.Value).FirstOrDefault() ?? "";

        // The trial first: what is between the two has an end at any rate.
        PolicyAssignment.Replace(FileOf(configurationPath), string.Create(CultureInfo.InvariantCulture, $"{until.UtcDateTime:O}\n{policy}\n{before}\n"));
        PolicyAssignment.Replace(PolicyAssignment.FileOf(configurationPath), policy + "\n");
    }

    /// <summary>What was on trial stays.</summary>
    /// <returns>False if nothing was on trial.</returns>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static bool Confirm(string configurationPath)
    {
        var existed = File.Exists(FileOf(configurationPath));
        File.Delete(FileOf(configurationPath));
        return existed;
    }

    /// <summary>Assigns what was assigned before, if the trial's time is over.</summary>
    /// <returns>The trial that was; null if there is none, or it is running.</returns>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static PolicyTrial? RollBack(string configurationPath, DateTimeOffset now)
    {
        if (Read(configurationPath) is not { } trial || trial.Until > now)
        {
            return null;
        }

        var over = configurationPath + OverExtension;
        if (!File.Exists(over))
        {
            try
            {
                File.Move(FileOf(configurationPath), over);
            }
            catch (FileNotFoundException)
            {
                // Confirmed at the last moment.
                return null;
            }
        }

        if (trial.Before.Length > 0)
        {
            PolicyAssignment.Replace(PolicyAssignment.FileOf(configurationPath), trial.Before + "\n");
        }
        else
        {
            File.Delete(PolicyAssignment.FileOf(configurationPath));
        }

        File.Delete(over);
        return trial;
    }

    /// <summary>A file that somebody has damaged is over at once: the configuration's own policy is the safe side.</summary>
    private static PolicyTrial Parse(string path)
    {
        var lines = File.ReadAllLines(path);
        return lines.Length >= 3 && DateTimeOffset.TryParse(lines[0], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var until)
            ? new PolicyTrial(until, lines[1].Trim(), lines[2].Trim())
            : new PolicyTrial(DateTimeOffset.MinValue, "another policy", "");
    }
}
