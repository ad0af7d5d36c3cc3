using System.CommandLine;
using FeBeRelay.Relay.Probing;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay probe</c>: the administrator's ping.</summary>
internal static class ProbeCommand
{
    public static Command Create(CommandContext context)
    {
        var options = new ProbeOptions();
        var json = ConfigurationOptions.Json("the report");
        var command = new ExampleCommand(
            "probe",
            """
            Try the way to a peer: resolve, connect, main mode, quick mode, service, each timed, or the step that failed and why.
            Whom to probe stands in a configuration (NODE --config FILE) or on the command line (--address ... --identity ...).
            """,
            """
              feberelay probe be1 --config fe1.json
              feberelay probe be1 --config fe1.json --service owa --json | jq .steps
              feberelay probe --address be1.lab.test:8443 --identity be1.lab.test --certificate fe1.pem --key fe1.key --trusted-root ca.pem
            """);
        options.AddTo(command);
        command.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = await context.RunProbe(options.ToRequest(parsed, context), cancellationToken);
            var console = parsed.InvocationConfiguration;
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(console.Output, ProbeJson.From(report));
            }
            else
            {
                ProbeTable.Write(console.Output, report);
            }

            return ReportFailure(report, console.Error);
        });
        return command;
    }

    private static int ReportFailure(ProbeReport report, TextWriter error)
    {
        if (report.Failure is not { } failure)
        {
            return ExitCode.Succeeded;
        }

        var hints = failure.Hint is { } hint ? new[] { hint } : [];
        Messages.Write(error, $"{report.Request.Name}: {ProbeTable.NameOf(failure.Kind)} failed: {failure.Detail}", hints);
        return failure.Kind is ProbeStepKind.Resolve or ProbeStepKind.Connect ? ExitCode.PeerUnreachable : ExitCode.NegotiationFailed;
    }
}
