using System.Collections.Concurrent;

namespace FeBeRelay.Relay.Audit;

/// <summary>
/// Keeps a stranger from washing the log out: of the failures with one other side the first ten in a minute are events of their own, the others are
/// counted and told as one (550). Thread-safe.
/// </summary>
internal sealed class FailureFlood(TimeProvider time)
{
    internal const int Each = 10;
    private const int MaxSources = 4_096;
    private const string Others = "(many addresses)";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Count> _sources = new();

    /// <summary>Whether this failure is to be told by itself.</summary>
    /// <param name="source">The other side: an address, or a peer's name.</param>
    public bool Admits(string source)
    {
        Count count = _sources.Count >= MaxSources && !_sources.ContainsKey(source)
            ? _sources.GetOrAdd(Others, _ => new Count(time.GetTimestamp()))
            : _sources.GetOrAdd(source, _ => new Count(time.GetTimestamp()));
        return Interlocked.Increment(ref count.Failures) <= Each;
    }

    /// <summary>Ends windows that are over and gives the sources that had more in theirs, with how many more.</summary>
    public IReadOnlyList<(string Source, long More)> TakeFloods()
    {
        List<(string, long)> floods = [];
        foreach ((string source, Count count) in _sources)
        {
            if (time.GetElapsedTime(count.Since) >= Window && _sources.TryRemove(source, out _) && Interlocked.Read(ref count.Failures) is > Each and var failures)
            {
                floods.Add((source, failures - Each));
            }
        }
        return floods;
    }

    private sealed class Count(long since)
    {
        public long Failures;

        public long Since => since;
    }
}
