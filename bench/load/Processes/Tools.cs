namespace FeBeRelay.Load.Processes;

/// <summary>Programs of the system that the harness drives.</summary>
internal static class Tools
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["wrk"] = "wrk",
        ["nginx"] = "nginx-light libnginx-mod-stream",
        ["haproxy"] = "haproxy",
        ["stunnel4"] = "stunnel4",
        ["spiped"] = "spiped",
    };

    /// <summary>Fails, naming the packages, when one is absent.</summary>
    public static void Require()
    {
        string[] missing = [.. Packages.Where(p => !IsThere(p.Key)).Select(p => p.Value)];
        if (missing.Length > 0)
        {
            throw new HarnessException($"missing programs; on Debian: apt-get install -y --no-install-recommends {string.Join(' ', missing)}");
        }
    }

    private static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));
}
