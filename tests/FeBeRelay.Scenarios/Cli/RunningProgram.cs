using System.Diagnostics;
using System.Text;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>The real executable, as a process of its own.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _error = new();

    public RunningProgram(params IEnumerable<string> arguments)
        : this(new Dictionary<string, string>(), arguments)
    {
    }

    public RunningProgram(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var name = OperatingSystem.IsWindows() ? "feberelay.exe" : "feberelay";
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, name), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Reads standard error up to a line that contains the text.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        while (await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            _error.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"the program ended without saying '{text}':\n{_error}");
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<Transcript> EndAsync()
    {
        var output = _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        _error.Append(await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Transcript(_process.ExitCode, await output, _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
