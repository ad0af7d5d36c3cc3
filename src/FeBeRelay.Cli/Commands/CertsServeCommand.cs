using System.CommandLine;
using System.Net;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Cli.ServiceManagers;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Enrollment;
using Microsoft.Extensions.Logging.Console;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs serve</c>: the authority answers new nodes that have a token, and nodes that renew, until it is told to stop.</summary>
internal static class CertsServeCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var directory = CertsOptions.Directory();
        var listen = new Option<IPEndPoint?>("--listen")
        {
            Description = "Address and port that nodes reach, such as 10.99.0.9:8445",
            HelpName = "ADDRESS:PORT",
            Required = true,
            CustomParser = result =>
            {
                if (EndpointAddress.TryParse(result.Tokens[0].Value, out var address) && address.ToEndPoint() is IPEndPoint endPoint)
                {
                    return endPoint;
                }

                result.AddError("--listen takes an IP address and a port, such as 10.99.0.9:8445 or [::]:8445");
                return null;
            },
        };
        var command = new Command("serve", "Give certificates to nodes that have a token or renew theirs (EST, RFC 7030), until Ctrl+C or SIGTERM") { listen, directory };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = LoggerFactory.Create(Log);
            try
            {
                await using var server = new EnrollmentServer(parsed.GetValue(listen)!, new CertificateFiles(parsed.GetRequiredValue(directory)), environment.Time, loggers);
                await server.StartAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return ExitCode.Succeeded;
            }
            catch (Exception e) when (e is CertificateException or IdentityException)
            {
                throw new UserError(ExitCode.Failed, e.Message);
            }
        });
        return command;
    }

    private static void Log(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning).AddConsole(console => console.FormatterName = ServiceHosting.ConsoleFormatter)
            .AddConsoleFormatter<ConsoleLogFormatter, ConsoleFormatterOptions>(format =>
            {
                format.UseUtcTimestamp = true;
                format.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
