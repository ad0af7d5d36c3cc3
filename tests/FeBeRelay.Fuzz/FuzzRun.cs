using System.Diagnostics;
using System.Globalization;

namespace FeBeRelay.Fuzz;

/// <summary>Runs many inputs through a target, and says what broke a promise.</summary>
internal sealed class FuzzRun(FuzzTarget target)
{
    private const int MostFindings = 20;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(10);

    private readonly List<FuzzFinding> _findings = [];
    private TimeSpan _slowest;
    private long _slow;
    private long _mostExcess;

    /// <summary>Exceptions that nobody declares, and allocations beyond what is allowed.</summary>
    public IReadOnlyList<FuzzFinding> Findings => _findings;

    public long Cases { get; private set; }

    public long Messages { get; private set; }

    /// <summary>One input, judged.</summary>
    public void Try(byte[] input)
    {
        byte[] copy = [.. input];
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        try
        {
            Messages += target.Run(copy);
        }
        catch (Exception e)
        {
            Report(input, e.ToString());
        }
        Time(Stopwatch.GetElapsedTime(start));
        long excess = GC.GetAllocatedBytesForCurrentThread() - before - 2L * input.Length;
        if (excess > target.Allowance)
        {
            // What an input costs it costs again; the runtime's own pools, emptied by a collection, are filled once.
            excess = Math.Min(excess, AllocatedAgain(input));
        }
        _mostExcess = Math.Max(_mostExcess, excess);
        if (excess > target.Allowance)
        {
            Report(input, $"{excess} bytes were allocated besides twice the input; {target.Allowance} are allowed");
        }
        Cases++;
    }

    private long AllocatedAgain(byte[] input)
    {
        byte[] copy = [.. input];
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(copy);
        }
        catch (Exception)
        {
            // Reported the first time.
        }
        return GC.GetAllocatedBytesForCurrentThread() - before - 2L * input.Length;
    }

    /// <summary>The seeds as they are (so that what is made once is made), then so many changed ones.</summary>
    public void TryMany(long cases, ulong seed, Action<FuzzRun>? progress = null)
    {
        foreach (byte[] input in target.Seeds)
        {
            target.Run([.. input]);
        }
        var mutator = new Mutator(seed, target.Seeds, target.Words);
        long every = Math.Max(cases / 10, 1);
        for (long i = 1; i <= cases && _findings.Count < MostFindings; i++)
        {
            Try(mutator.Next());
            if (i % every == 0)
            {
                progress?.Invoke(this);
            }
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name}: {Cases} cases, {Messages} messages judged, {_findings.Count} findings, slowest {_slowest.TotalMilliseconds:F1} ms, {_slow} above {Slow.TotalMilliseconds} ms, most allocated besides twice the input {_mostExcess} bytes");

    private void Report(byte[] input, string what)
    {
        if (_findings.Count < MostFindings)
        {
            _findings.Add(new FuzzFinding(input, what));
        }
    }

    private void Time(TimeSpan taken)
    {
        _slow += taken > Slow ? 1 : 0;
        _slowest = taken > _slowest ? taken : _slowest;
    }
}

/// <summary>An input that broke a promise.</summary>
internal sealed record FuzzFinding(byte[] Input, string What);
