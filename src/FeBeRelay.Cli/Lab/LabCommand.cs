using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;

namespace FeBeRelay.Cli.Lab;

/// <summary>
/// <c>feberelay lab</c>: everything in one process, with nothing to configure: a sample back end, a listener, a relay, and
/// a wiretap between the two. Exit code 0 when all is well, 1 when a check failed or the lab could not start.
/// </summary>
internal static class LabCommand
{
    private const int UsualPort = 8080;

    public static Command Create(StartLabTunnel startTunnel)
    {
        var port = new Option<int?>("--http-port")
        {
            HelpName = "PORT",
            Description = $"Loopback port to open in the browser. Default: {UsualPort}, or any free one if it is taken or with --check.",
        };
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !ushort.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError($"--http-port {result.Tokens[0].Value}: a port is a number from 0 (any free one) to 65535.");
            }
        });
        var check = new Option<bool>("--check") { Description = "Drive every feature through the relay, print a line for each, and exit 0 or 1." };
        var json = new Option<bool>("--json") { Description = "With --check: print one JSON document instead." };
        var command = new Command("lab", "Try it: a sample mail server behind a relay and a listener, with a wiretap between them, in one process.") { port, check, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && !result.GetValue(check))
            {
                result.AddError("--json says how --check prints its results: add --check.");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            var output = new LabOutput(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            int? wanted = parsed.GetValue(port);
            return parsed.GetValue(check)
                ? CheckAsync(startTunnel, wanted ?? 0, parsed.GetValue(json), output, cancellation)
                : ShowAsync(startTunnel, wanted, output, cancellation);
        });
        return command;
    }

    private static async Task<int> CheckAsync(StartLabTunnel startTunnel, int port, bool json, LabOutput output, CancellationToken cancellation)
    {
        await using LabBench bench = await StartAsync(startTunnel, port, withConsole: false, cancellation);
        bool ok = await LabCheckRun.RunAsync(bench, json, output, TimeProvider.System, cancellation);
        return ok ? ExitCode.Succeeded : ExitCode.Failed;
    }

    private static async Task<int> ShowAsync(StartLabTunnel startTunnel, int? wanted, LabOutput output, CancellationToken cancellation)
    {
        await using LabBench bench = wanted is { } port
            ? await StartAsync(startTunnel, port, withConsole: true, cancellation)
            : await StartAnywhereAsync(startTunnel, cancellation);
        await LabShow.RunAsync(bench, output, TimeProvider.System, cancellation);
        return ExitCode.Succeeded;
    }

    /// <summary>Nobody asked for the usual port, so another one is as good when it is taken.</summary>
    private static async Task<LabBench> StartAnywhereAsync(StartLabTunnel startTunnel, CancellationToken cancellation)
    {
        try
        {
            return await LabBench.StartAsync(startTunnel, UsualPort, withConsole: true, TimeProvider.System, cancellation);
        }
        catch (Exception error) when (SocketErrorOf(error) == SocketError.AddressAlreadyInUse)
        {
            return await StartAsync(startTunnel, port: 0, withConsole: true, cancellation);
        }
    }

    private static async Task<LabBench> StartAsync(StartLabTunnel startTunnel, int port, bool withConsole, CancellationToken cancellation)
    {
        try
        {
            return await LabBench.StartAsync(startTunnel, port, withConsole, TimeProvider.System, cancellation);
        }
        catch (Exception error) when (SocketErrorOf(error) is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            string trouble = SocketErrorOf(error) == SocketError.AddressAlreadyInUse ? "is in use" : "may not be opened by this user";
            throw new UserError(ExitCode.Failed, $"port {port} on loopback {trouble}", "choose another with --http-port, or 0 for any free one");
        }
    }

    /// <summary>A node says in its own words what it could not open, and keeps the reason inside.</summary>
    private static SocketError? SocketErrorOf(Exception error) => ((error as SocketException) ?? (error.InnerException as SocketException))?.SocketErrorCode;
}
