using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Cli.Conformance;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay conformance</c>: what of Exchange-style traffic any proxy lets through, this one or another.</summary>
internal static class ConformanceCommand
{
    private const int UsualPort = 9080;
    private const int UsualHold = 10;
    private const int LongestHold = 86_400;
    private static readonly TimeSpan PatienceForTheFirst = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var options = new ConformanceOptions(UsualPort, UsualHold, LongestHold);
        var command = new ExampleCommand(
            "conformance",
            """
            Find out what of Exchange-style traffic a proxy lets through: any proxy of HTTP or TCP, this one or another.
            The command is the back end: point the proxy at --back-end-listen, then name the proxy's own address. docs/conformance.md explains the cases.
            """,
            """
              feberelay conformance --target http://127.0.0.1:8080
              feberelay conformance --target http://127.0.0.1:8080 --back-end-listen 127.0.0.1:8001 --hold 130
              feberelay conformance --target http://127.0.0.1:8080 --case 19 --case 25c --json | jq .cases
            """);
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(options.Read(parsed), parsed.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ConformanceRequest request, InvocationConfiguration console, CancellationToken cancellation)
    {
        using ScriptedBackEnd backEnd = Listen(request.Listen, cancellation);
        var run = new ConformanceRun(request.Settings, backEnd, TimeProvider.System);
        Messages.Write(console.Error, string.Create(CultureInfo.InvariantCulture, $"the back end listens on {backEnd.EndPoint}; waiting for a request through {request.Settings.Target}"));
        try
        {
            await run.ProbeAsync(PatienceForTheFirst, cancellation);
        }
        catch (ConformanceFailedException e)
        {
            throw new UserError(ExitCode.Failed, e.Message, $"point the proxy at {backEnd.EndPoint}, or choose another address with --back-end-listen");
        }
        var results = new List<ConformanceResult>();
        await foreach (ConformanceResult result in run.RunAsync(request.Cases, cancellation))
        {
            results.Add(result);
            if (!request.Json)
            {
                console.Output.WriteLine(ConformanceText.Line(result));
            }
        }
        var report = ConformanceReport.Of(request.Settings, results);
        if (request.Json)
        {
            JsonOutput.Write(console.Output, report);
        }
        else
        {
            console.Output.WriteLine(ConformanceText.Summary(report));
        }
        return report.Failed == 0 ? ExitCode.Succeeded : ExitCode.Failed;
    }

    private static ScriptedBackEnd Listen(IPEndPoint address, CancellationToken cancellation)
    {
        try
        {
            return ScriptedBackEnd.Start(address, cancellation);
        }
        catch (SocketException e)
        {
            throw new UserError(ExitCode.Failed, $"the back end cannot listen on {address}: {e.Message}", "choose another address with --back-end-listen, port 0 for any free one");
        }
    }
}
