using System.CommandLine;
using FeBeRelay.Relay.Policies.Readiness;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy readiness</c>: had Secure Server been in force, what would have failed.</summary>
internal static class PolicyReadinessCommand
{
    private const int MostDays = 3_650;

    public static Command Create(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var days = new Option<int>("--days") { Description = "How many days of the security log are looked through, 1 to 3650.", HelpName = "N", DefaultValueFactory = _ => 7 };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostDays)
            {
                result.AddError($"--days must be 1 to {MostDays}");
            }
        });
        var json = ConfigurationOptions.Json("the report");
        var command = new ExampleCommand("readiness", """
            Say what would have failed had Secure Server been in force: which sources, how many connections, by rule and reason, from the
            security log; and which ways past this node are open. Ends with 0 if nothing stands against it, else with 1.
            """, """
              feberelay policy readiness --config be1.json
              feberelay policy readiness --days 30 --json --config be1.json | jq .failing
            """)
        {
            days, json,
        };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => options.RunForCodeAsync(parsed, async (configuration, values) =>
        {
            var report = await Reading(configuration.Audit.Path!, () => new ReadinessCheck(configuration, values, TimeProvider.System).RunAsync(parsed.GetValue(days), cancellation));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, report);
            }
            else
            {
                Write(parsed.InvocationConfiguration.Output, report);
            }

            return report.IsReady ? ExitCode.Succeeded : ExitCode.Failed;
        }));
        return command;
    }

    private static void Write(TextWriter output, ReadinessReport report)
    {
        if (report.Findings.Count > 0)
        {
            PolicyTables.WriteFindings(output, report.Findings);
            foreach (var reason in report.Findings.Select(finding => $"{finding.Source}: {finding.Reason}").Distinct())
            {
                output.WriteLine(reason);
            }
        }

        foreach (var way in report.OtherWays)
        {
            output.WriteLine($"another way: {way.Name}: {way.Problem}");
        }

        if (report.Gap is { } gap)
        {
            output.WriteLine($"not known: {gap}");
        }

        output.WriteLine(report.IsReady
            ? $"ready: since {report.Since:u} nothing went clear that would have failed"
            : $"not ready: since {report.Since:u} {report.Failing} connections would have failed");
    }

    private static async Task<T> Reading<T>(string file, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Failed, $"{file} cannot be read: {e.Message.TrimEnd('.')}", "logs are readable by the node's own user only");
        }
    }
}
