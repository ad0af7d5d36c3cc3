using System.Text.RegularExpressions;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Tells lines of a proxy's log that ordinary requests leave from others: by their words, numbers and times aside.</summary>
internal sealed partial class LogReader(Func<string> read)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HashSet<string> _ordinary = [];
    private int _seen = read().Length;

    /// <summary>What is there, and comes within two seconds, is ordinary.</summary>
    public async Task LearnAsync()
    {
        await Task.Delay(Patience);
        _ordinary.UnionWith(News());
    }

    /// <summary>Whether a line comes soon that is not ordinary.</summary>
    /// <param name="isPatient">Whether much hangs on it; else it is waited for shortly.</param>
    public async Task<bool> HasNewsAsync(bool isPatient)
    {
        TimeSpan patience = isPatient ? Patience : Impatience;
        for (TimeSpan waited = TimeSpan.Zero; waited < patience; waited += Pause)
        {
            if (News().Any(line => !_ordinary.Contains(line)))
            {
                return true;
            }
            await Task.Delay(Pause);
        }
        return false;
    }

    [GeneratedRegex("[0-9A-Za-z]*[0-9][0-9A-Za-z]*")]
    private static partial Regex Number();

    /// <summary>The words of the whole lines that came since the last look.</summary>
    private List<string> News()
    {
        string log = read();
        int end = log.LastIndexOf('\n') + 1;
        string[] lines = log[_seen..Math.Max(_seen, end)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _seen = Math.Max(_seen, end);
        return [.. lines.Select(l => Number().Replace(l, "#"))];
    }
}
