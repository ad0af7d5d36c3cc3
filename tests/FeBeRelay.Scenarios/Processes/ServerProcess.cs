using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>
/// A server in the foreground whose output goes to a file: its children keep what it writes to open, so that nobody could wait for the end of a pipe.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _output;

    /// <param name="folder">Where <c>NAME.out</c> gets what it says.</param>
    /// <param name="environment">Variables of its environment, beside the test's own.</param>
    public ServerProcess(ServerFolder folder, IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        _output = folder[$"{Path.GetFileName(program)}.out"];
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" < /dev/null > \"$0\" 2>&1", _output, program, .. arguments]);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
    }

    /// <summary>Waits until it listens there.</summary>
    public async Task ListensAsync(IPEndPoint endPoint)
    {
        while (true)
        {
            using Socket socket = Wire.New(endPoint);
            try
            {
                await socket.ConnectAsync(endPoint, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                Assert.False(_process.HasExited, $"it ended before it listened on {endPoint}: {(File.Exists(_output) ? File.ReadAllText(_output) : "")}");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Waits until it has said that.</summary>
    public async Task SaysAsync(string text)
    {
        while (!File.Exists(_output) || !(await File.ReadAllTextAsync(_output, TestContext.Current.CancellationToken)).Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, $"it ended before it said '{text}': {(File.Exists(_output) ? await File.ReadAllTextAsync(_output, TestContext.Current.CancellationToken) : "")}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks a process to stop, this one if none is named, and waits until this one has ended.</summary>
    public async Task TerminateAsync(string? process = null)
    {
        if (!_process.HasExited)
        {
            await Tool.RunAsync("kill", "-TERM", process ?? $"{_process.Id}");
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _process.Dispose();
}
