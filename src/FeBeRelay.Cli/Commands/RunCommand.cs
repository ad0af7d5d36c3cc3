using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Cli.ServiceManagers;
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
    private static Dictionary<string, string?> LoggingDefaults => new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        // What keeps a node from starting is told once, by this command, not by the host with a stack trace.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        // Nothing that the relay does not say itself, and for a logger that nobody reads an activity and a scope of each request.
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
        // Named, because without a name the console falls back to its older options and forgets those below.
        ["Logging:Console:FormatterName"] = ServiceHosting.ConsoleFormatter,
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
            SIGHUP reads certificates, lists and policies again. Tells systemd when it is ready, and takes listening sockets from it.
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
            PolicySource policies = OpenPolicies(parsed.GetRequiredValue(file), Load);
            InheritedSockets sockets = SocketActivation.Take(context.Environment, Environment.ProcessId);
            return RunAsync(parsed.GetRequiredValue(file), Load(), policies, sockets, parsed.InvocationConfiguration.Error, cancellationToken);
        });
        return command;
    }

    /// <summary>First of all: the configuration's certificates are read with the same cryptography.</summary>
    private static void RequireCryptography()
    {
        if (KnownAnswers.Failures() is { Count: > 0 } wrong)
        {
            throw CryptographyFailed(string.Join(", ", wrong));
        }
    }

    /// <summary>Only where it is named: a library's ML-KEM takes a tenth of a second to load. Where a fleet's bundle names it later, it is tested then, before its first use.</summary>
    private static void RequireMlKem(NodeConfiguration configuration)
    {
        IEnumerable<string> named = configuration.Node.Groups.Concat(
            configuration.Policy.Policies.Values.SelectMany(policy => policy.Rules.Values).SelectMany(rule => rule.Groups ?? []));
        try
        {
            _ = named.Contains(Group.P256MlKem768.Name) ? NodeEntropy.Instance.MlKem : null;
        }
        catch (CryptographicException)
        {
            throw CryptographyFailed("ML-KEM-768");
        }
    }

    private static UserError CryptographyFailed(string primitives) => new(
        ExitCode.CryptographyFailed,
        $"the cryptography of this machine gives wrong answers or none for {primitives}; the node does not start",
        "check how OpenSSL is installed and configured (OPENSSL_CONF, providers), then start again");

    private static PolicySource OpenPolicies(string file, Func<ConfigurationLoadResult> load)
    {
        try
        {
            return PolicySource.Open(file, load, TimeProvider.System);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserError(
                ExitCode.Failed, $"a policy's trial is over and cannot be rolled back: {exception.Message.TrimEnd('.')}", $"let the node write {PolicyAssignment.FileOf(file)} and {PolicyTrial.FileOf(file)}");
        }
    }

    private static async Task<int> RunAsync(
        string file, ConfigurationLoadResult loaded, PolicySource policies, InheritedSockets sockets, TextWriter error, CancellationToken cancellationToken)
    {
        if (!loaded.IsValid)
        {
            Messages.Write(error, file, loaded.Errors);
            return ExitCode.ConfigurationInvalid;
        }

        RequireMlKem(loaded.Configuration);
        using var host = BuildHost(loaded.Configuration, loaded.Values, policies, sockets);
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

    private static IHost BuildHost(NodeConfiguration configuration, IConfiguration values, PolicySource policies, InheritedSockets sockets)
    {
        // No defaults: they would read appsettings.json and other environment variables beside the file that was named.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "feberelay" });
        builder.Configuration.AddInMemoryCollection(LoggingDefaults).AddConfiguration(values);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole().AddConsoleFormatter<ConsoleLogFormatter, ConsoleFormatterOptions>();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(configuration.Node.DrainSeconds) + AfterDrain);
        ServiceHosting.Add(builder);
        builder.Services.AddFeBeRelayNode(configuration, policies, sockets, ConsoleSite.Create);
        return builder.Build();
    }
}
