using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>A program in the foreground, ended with the proxy. What it says on standard error is read all the time.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    public ProxyProcess(string program, params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardInput = true })!;
        _ = ReadAsync();
    }

    /// <summary>All that it has said.</summary>
    public string ReadLog()
    {
        lock (_lines)
        {
            return string.Concat(_lines.Select(line => $"{line}\n"));
        }
    }

    /// <summary>Waits for a line, and gives the expression's first group.</summary>
    public async Task<string> WaitForAsync(string pattern)
    {
        while (true)
        {
            Task changed;
            lock (_lines)
            {
                if (_lines.Select(line => Regex.Match(line, pattern)).FirstOrDefault(match => match.Success) is { } found)
                {
                    return found.Groups[1].Value;
                }
                Assert.False(_ended, $"it ended without saying '{pattern}':\n{string.Join('\n', _lines)}");
                changed = _changed.Task;
            }
            await changed.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
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
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
        while (line is not null);
    }
}
