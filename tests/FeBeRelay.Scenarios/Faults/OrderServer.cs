using System.Diagnostics;
using System.Globalization;
using System.Net;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>tests/lab/orders.py: a back end as a process of its own, which can be killed and started again on its port, and the ledger that its lives share.</summary>
internal sealed class OrderServer : IDisposable
{
    private readonly string _ledger = Path.GetTempFileName();
    private Process? _process;

    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    public async Task StartAsync()
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "orders.py"), EndPoint.Port.ToString(CultureInfo.InvariantCulture), _ledger];
        _process = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
        Assert.Equal("listening", await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Ends it with SIGKILL and starts it again.</summary>
    public async Task RestartAsync()
    {
        using Process killed = _process!;
        killed.Kill();
        await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        await StartAsync();
    }

    public Task SignalAsync(string signal) => Tool.RunAsync("kill", $"-{signal}", $"{_process!.Id}");

    /// <summary>What it wrote down: an order's number and the checksum of its content, or a violation behind "!".</summary>
    public string[] ReadLedger() => File.ReadAllLines(_ledger);

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
        File.Delete(_ledger);
    }
}
