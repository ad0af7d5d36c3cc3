using System.Globalization;

namespace FeBeRelay.Load.Processes;

/// <summary>What processes and all their children have used, from /proc.</summary>
internal static class ProcessTree
{
    private const double MicrosecondsPerTick = 10_000;
    private const int BytesPerPage = 4_096;

    // Fields of /proc/PID/stat behind the name, counted from 0: the parent, user and system time, resident pages.
    private const int Parent = 1;
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const int ResidentPages = 21;

    public static double CpuMicroseconds(IEnumerable<ChildProcess> roots) =>
        Family(roots).Sum(fields => (fields[UserTicks] + fields[SystemTicks]) * MicrosecondsPerTick);

    public static long ResidentBytes(IEnumerable<ChildProcess> roots) => Family(roots).Sum(fields => fields[ResidentPages] * BytesPerPage);

    private static List<long[]> Family(IEnumerable<ChildProcess> roots)
    {
        Dictionary<int, long[]> all = Directory.EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .Select(folder => (Id: int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), Fields: Read(folder)))
            .Where(p => p.Fields is not null)
            .ToDictionary(p => p.Id, p => p.Fields!);
        var family = new HashSet<int>(roots.Select(r => r.Id));
        int before;
        do
        {
            before = family.Count;
            family.UnionWith(all.Where(p => family.Contains((int)p.Value[Parent])).Select(p => p.Key));
        }
        while (family.Count > before);
        return [.. family.Where(all.ContainsKey).Select(id => all[id])];
    }

    private static long[]? Read(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            // The name, in brackets, may hold spaces and brackets itself.
            return [.. stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Select(f => long.TryParse(f, CultureInfo.InvariantCulture, out long n) ? n : 0)];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
