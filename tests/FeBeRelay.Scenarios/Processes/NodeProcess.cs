using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>One node: <c>feberelay run</c> as a process of its own, whose log is read all the time.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    /// <param name="configuration">The configuration file.</param>
    /// <param name="networkNamespace">The network namespace that it runs in; null for the test's own.</param>
    /// <param name="openFiles">Its limit of open files; null for the test's own.</param>
    /// <param name="sockets">Listening sockets that it is started with; null for none.</param>
    /// <param name="environment">Environment variables beside the test's own.</param>
    /// <param name="disk">A disk of its own; null for none.</param>
    /// <param name="memory">What its memory is limited by; null for nothing.</param>
    public NodeProcess(
        string configuration, string? networkNamespace = null, int? openFiles = null, HeldSockets? sockets = null, IReadOnlyDictionary<string, string>? environment = null,
        SmallDisk? disk = null, MemoryGroup? memory = null)
    {
        string[] command = [Program, "run", "--config", configuration];
        command = disk?.Within(command) ?? command;
        command = memory?.Within(command) ?? command;
        if (networkNamespace is not null)
        {
            command = ["ip", "netns", "exec", networkNamespace, .. command];
        }
        if (openFiles is { } limit)
        {
            command = ["prlimit", $"--nofile={limit}:{limit}", .. command];
        }
        command = sockets?.Activate(command) ?? command;
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        _ = ReadAsync();
    }

    /// <summary>The product's executable.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "feberelay.exe" : "feberelay");

    public int Id => _process.Id;

    /// <summary>The most memory that the process ever held, in MiB.</summary>
    public int PeakMemory => StatusOf("VmHWM:") / 1024;

    /// <summary>What it takes up now.</summary>
    public NodeUsage Usage => new(StatusOf("VmRSS:") / 1024, Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length, StatusOf("Threads:"));

    /// <summary>Whether it has not ended.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Waits for a line of the log, and gives the expression's first group.</summary>
    public async Task<string> WaitForAsync(string pattern, int count = 1)
    {
        while (true)
        {
            Task changed;
            lock (_lines)
            {
                List<Match> found = [.. _lines.Select(line => Regex.Match(line, pattern)).Where(match => match.Success)];
                if (found.Count >= count)
                {
                    return found[count - 1].Groups[1].Value;
                }
                Assert.False(_ended, $"the node ended without saying '{pattern}':\n{string.Join('\n', _lines)}");
                changed = _changed.Task;
            }
            await changed.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>How many lines of the log have that text in them, up to now.</summary>
    public int Count(string text)
    {
        lock (_lines)
        {
            return _lines.Count(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <summary>What the log says so far with those words in it.</summary>
    public string LinesWith(string words)
    {
        lock (_lines)
        {
            return string.Join(" | ", _lines.Where(line => line.Contains(words, StringComparison.Ordinal)));
        }
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public Task TerminateAsync() => Tool.RunAsync("kill", "-TERM", $"{_process.Id}");

    /// <summary>Sends it a signal by name.</summary>
    public Task SignalAsync(string signal) => Tool.RunAsync("kill", $"-{signal}", $"{_process.Id}");

    /// <summary>Asks it to read its files again.</summary>
    public Task HangUpAsync() => Tool.RunAsync("kill", "-HUP", $"{_process.Id}");

    /// <summary>Gives it so many MiB of memory more than it has, and nothing beyond (RLIMIT_DATA).</summary>
    public Task LimitMemoryAsync(int more)
    {
        long most = (StatusOf("VmData:") + more * 1024L) * 1024;
        return Tool.RunAsync("prlimit", "--pid", $"{_process.Id}", string.Create(CultureInfo.InvariantCulture, $"--data={most}:{most}"));
    }

    /// <summary>Ends it with SIGKILL, as a crash does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for the end and gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private int StatusOf(string field)
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").Single(l => l.StartsWith(field, StringComparison.Ordinal));
        return int.Parse(Regex.Match(line, "[0-9]+").Value, CultureInfo.InvariantCulture);
    }

    private async Task ReadAsync()
    {
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(CancellationToken.None);
            lock (_lines)
            {
                if (line is not null)
                {
                    _lines.Add(line);
                }
                _ended = line is null;
                _changed.SetResult();
                _changed = NewSignal();
            }
        }
        while (line is not null);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
