using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Relay;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using FeBeRelay.WebConsole.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay run</c>: a node, until it is told to stop.</summary>
internal static class RunCommand
{
    // What remains after the drain's deadline: alerts, last records, closing sockets.
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(10);

    // Above these stands what the configuration's own Logging section says.
    private static readonly Dictionary<string, string?> LoggingDefaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        // What keeps a node from starting is told once, by this command, not by the host with a stack trace.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        // Named, because without a name the console falls back to its older options and forgets those below.
        ["Logging:Console:FormatterName"] = ConsoleLogFormatter.FormatterName,
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ ",
    };

    public static Command Create(CommandContext context)
    {
        var file = ConfigurationOptions.File(required: true);
        var settings = ConfigurationOptions.Settings();
        var command = new ExampleCommand(
            "run",
            """
            Run a node until Ctrl+C or SIGTERM, which lets open streams finish (node:drainSeconds); a second one stops at once.
            Logs go to standard error.
            """,
            """
              feberelay run --config fe1.json
              feberelay run --config fe1.json --set Logging:Console:FormatterName=json
              FEBERELAY_NODE__DRAINSECONDS=5 feberelay run --config fe1.json
            """)
        {
            file, settings,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            RequireCryptography();
            ConfigurationLoadResult Load() => ConfigurationOptions.Load(context, parsed.GetRequiredValue(file), parsed.GetRequiredValue(settings));
            var policies = new PolicySource(parsed.GetRequiredValue(file), Load);
            return RunAsync(parsed.GetRequiredValue(file), Load(), policies, parsed.InvocationConfiguration.Error, cancellationToken);
        });
        return command;
    }

    /// <summary>First of all: the configuration's certificates are read with the same cryptography.</summary>
    private static void RequireCryptography()
    {
        if (KnownAnswers.Failures() is { Count: > 0 } wrong)
        {
            throw new UserError(
                ExitCode.CryptographyFailed,
                $"the cryptography of this machine gives wrong answers or none for {string.Join(", ", wrong)}; the node does not start",
                "check how OpenSSL is installed and configured (OPENSSL_CONF, providers), then start again");
        }
    }

    private static async Task<int> RunAsync(
        string file, ConfigurationLoadResult loaded, PolicySource policies, TextWriter error, CancellationToken cancellationToken)
    {
        if (!loaded.IsValid)
        {
            Messages.Write(error, file, loaded.Errors);
            return ExitCode.ConfigurationInvalid;
        }

        using var host = BuildHost(loaded.Configuration, loaded.Values, policies);
        using var reload = ReloadAtHangUp(host.Services.GetRequiredService<NodeService>());
        try
        {
            await host.RunAsync(cancellationToken);
        }
        catch (NodeStartException exception)
        {
            throw new UserError(ExitCode.Failed, exception.Message.TrimEnd('.'), exception.Hint);
        }
        catch (Exception exception) when (exception is IOException or SocketException or CryptographicException)
        {
            throw new UserError(ExitCode.Failed, exception.Message.TrimEnd('.'));
        }

        return ExitCode.Succeeded;
    }

    /// <summary>SIGHUP means "read your files again", as for other services.</summary>
    private static PosixSignalRegistration ReloadAtHangUp(NodeService node) => PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        _ = node.ReloadAsync();
    });

    private static IHost BuildHost(NodeConfiguration configuration, IConfiguration values, PolicySource policies)
    {
        // No defaults: they would read appsettings.json and other environment variables beside the file that was named.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "feberelay" });
        builder.Configuration.AddInMemoryCollection(LoggingDefaults).AddConfiguration(values);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole().AddConsoleFormatter<ConsoleLogFormatter, ConsoleFormatterOptions>();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(configuration.Node.DrainSeconds) + AfterDrain);
        builder.Services.AddSingleton<IHostLifetime, SignalsOfTheProgram>();
        builder.Services.AddFeBeRelayNode(configuration, policies, ConsoleSite.Create);
        return builder.Build();
    }

    /// <summary>Leaves SIGTERM and Ctrl+C to the program, which cancels what it runs.</summary>
    private sealed class SignalsOfTheProgram : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
