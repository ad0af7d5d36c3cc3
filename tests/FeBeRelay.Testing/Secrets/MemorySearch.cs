using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FeBeRelay.Testing.Secrets;

/// <summary>Looks for secrets in all memory of this process that can be read: everything that a core dump of it holds, and what dumps leave out (files, as they are mapped).</summary>
public static class MemorySearch
{
    private const int Chunk = 1 << 20;
    private const int Step = 4;

    /// <summary>Those that are in memory somewhere.</summary>
    /// <param name="secrets">What to look for.</param>
    /// <param name="searched">Bytes looked at.</param>
    public static IReadOnlyCollection<MaskedSecret> Find(IReadOnlyCollection<MaskedSecret> secrets, out long searched)
    {
        var byFirst = secrets.ToLookup(s => s.First);
        var firsts = secrets.Select(s => s.First).ToHashSet();
        var found = new HashSet<MaskedSecret>();
        byte[] chunk = GC.AllocateArray<byte>(Chunk + 16, pinned: true);
        searched = 0;
        using SafeFileHandle memory = File.OpenHandle("/proc/self/mem");
        foreach ((long from, long to) in ReadableRegions())
        {
            for (long at = from; at < to; at += Chunk)
            {
                // Sixteen bytes more than the step: what lies across is found too.
                int size = TryRead(memory, chunk.AsSpan(0, (int)Math.Min(Chunk + 16, to - at)), at);
                searched += size;
                for (int i = 0; i + 16 <= size; i += Step)
                {
                    ulong first = MemoryMarshal.Read<ulong>(chunk.AsSpan(i)) ^ MaskedSecret.Mask;
                    if (firsts.Contains(first))
                    {
                        ulong second = MemoryMarshal.Read<ulong>(chunk.AsSpan(i + 8)) ^ MaskedSecret.Mask;
                        found.UnionWith(byFirst[first].Where(s => s.Second == second));
                    }
                }
            }
        }
        return found;
    }

    private static List<(long From, long To)> ReadableRegions() =>
    [
        .. from line in File.ReadAllLines("/proc/self/maps")
           let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where parts[1].StartsWith('r')
           let range = parts[0].Split('-')
           select (long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    ];

    private static int TryRead(SafeFileHandle memory, Span<byte> into, long at)
    {
        try
        {
            return RandomAccess.Read(memory, into, at);
        }
        catch (IOException)
        {
            // Let go of since the list was read.
            return 0;
        }
    }
}
