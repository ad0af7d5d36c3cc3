namespace FeBeRelay.Relay.Configuration;

/// <summary>
/// Which policy was assigned by the command: a file of one line beside the configuration, which so keeps its comments. It stands above the
/// configuration and below environment and command line.
/// </summary>
internal static class PolicyAssignment
{
    private const string Extension = ".assigned";
    private const string Key = "policy:assigned";

    /// <summary>The file beside a configuration.</summary>
    public static string FileOf(string configurationPath) => configurationPath + Extension;

    /// <summary>The key that it sets; nothing if there is no file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> Read(string configurationPath)
    {
        var path = FileOf(configurationPath);
        return File.Exists(path) ? [KeyValuePair.Create<string, string?>(Key, File.ReadAllText(path).Trim())] : [];
    }

    /// <summary>Assigns for good, also what is on trial; readers see the old name or the new one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string configurationPath, string policy)
    {
        Replace(FileOf(configurationPath), policy + "\n");
        PolicyTrial.Confirm(configurationPath);
    }

    /// <summary>Writes a file: readers see the old content or the new one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static void Replace(string path, string content)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            File.WriteAllText(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Forgets it, on trial or not.</summary>
    /// <returns>Whether there was something to forget.</returns>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static bool Remove(string configurationPath)
    {
        var existed = File.Exists(FileOf(configurationPath));
        File.Delete(FileOf(configurationPath));
        PolicyTrial.Confirm(configurationPath);
        return existed;
    }
}
