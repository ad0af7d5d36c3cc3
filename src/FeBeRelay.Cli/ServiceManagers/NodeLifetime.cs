using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FeBeRelay.Relay;
using Microsoft.Extensions.Hosting.Systemd;

namespace FeBeRelay.Cli.ServiceManagers;

/// <summary>
/// Tells systemd how the node fares (sd_notify(3), Type=notify or notify-reload), and reads its files again at SIGHUP. SIGTERM and Ctrl+C are the program's,
/// which cancels what it runs.
/// </summary>
internal sealed class NodeLifetime : IHostLifetime, IDisposable
{
    private readonly ISystemdNotifier _systemd;
    private readonly NodeService _node;
    private readonly PosixSignalRegistration? _hangUp;
    private readonly CancellationTokenRegistration _started;
    private readonly CancellationTokenRegistration _stopping;

    public NodeLifetime(NodeService node, ISystemdNotifier systemd, IHostApplicationLifetime application)
    {
        _node = node;
        _systemd = systemd;
        _started = application.ApplicationStarted.Register(() => _systemd.Notify(ServiceState.Ready));
        _stopping = application.ApplicationStopping.Register(() => _systemd.Notify(ServiceState.Stopping));
        _hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = ReloadAsync();
        });
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _hangUp?.Dispose();
        _started.Dispose();
        _stopping.Dispose();
    }

    /// <summary>SIGHUP means "read your files again", as for other services. What cannot be used is in the log: the node goes on, and is ready again.</summary>
    private async Task ReloadAsync()
    {
        long microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        _systemd.Notify(new ServiceState(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}")));
        try
        {
            await _node.ReloadAsync();
        }
        finally
        {
            _systemd.Notify(ServiceState.Ready);
        }
    }
}
