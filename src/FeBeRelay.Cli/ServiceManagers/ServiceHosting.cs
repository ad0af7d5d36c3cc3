using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging.Console;

namespace FeBeRelay.Cli.ServiceManagers;

/// <summary>What depends on who runs the node: a person, systemd or another manager, or Windows as a service.</summary>
internal static class ServiceHosting
{
    /// <summary>Under systemd the journal has the time, and reads the level from the line.</summary>
    public static string ConsoleFormatter => SystemdHelpers.IsSystemdService() ? ConsoleFormatterNames.Systemd : ConsoleLogFormatter.FormatterName;

    /// <summary>Registers the lifetime; as a Windows service also the Event Log, for warnings and errors.</summary>
    public static void Add(HostApplicationBuilder builder)
    {
        if (WindowsServiceHelpers.IsWindowsService())
        {
            builder.Services.AddWindowsService(service => service.ServiceName = "FeBeRelay");
            return;
        }
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton<IHostLifetime, NodeLifetime>();
    }
}
