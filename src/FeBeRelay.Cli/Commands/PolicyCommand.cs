using System.CommandLine;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay policy</c>: what goes protected, clear or not at all.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommandContext context) => new("policy", "Show, assign and explain policies: what goes protected, clear or not at all.")
    {
        CreateList(context),
        PolicyShowCommand.Create(context),
        CreateAssign(context),
        CreateUnassign(context),
        PolicyActivateCommand.Create(context),
        PolicyActivateCommand.CreateConfirm(context),
        CreateLint(context),
        PolicyReadinessCommand.Create(context),
        PolicyExplainCommand.Create(context),
        CreateMatrix(),
        PolicySignCommand.Create(),
        PolicyPublishCommand.Create(),
        PolicyResultCommand.Create(context),
        PolicyImportCommand.Create(),
        PolicyPinsCommand.Create(context),
    };

    private static ExampleCommand CreateList(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var json = ConfigurationOptions.Json("the list");
        var command = new ExampleCommand("list", "List postures and the configuration's policies; the one in effect is marked.", """
              feberelay policy list --config fe1.json
            """)
        {
            json,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, configuration =>
        {
            var all = PolicyOptions.Names(configuration.Policy).Select(name => NodePolicyFactory.Find(configuration.Policy, name)!)
                .Select(policy => new PolicyListJson(
                    policy.Name, policy.Posture.Name, policy.OwnRules.Count, policy.Name.Equals(configuration.Policy.Assigned, StringComparison.OrdinalIgnoreCase)));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, all);
            }
            else
            {
                PolicyTables.WriteList(parsed.InvocationConfiguration.Output, all);
            }

            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static ExampleCommand CreateAssign(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var name = new Argument<string>("NAME") { Description = "A posture (client, server, requireInRequestOut, secureServer) or a policy of the configuration." };
        var command = new ExampleCommand("assign", "Put a policy into effect. A node that runs takes it over; the configuration itself is not changed.", """
              feberelay policy assign server --config fe1.json      writes fe1.json.assigned
            """)
        {
            name,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, configuration =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var policy = NodePolicyFactory.Find(configuration.Policy, wanted)
                ?? throw new UserError(ExitCode.Usage, $"there is no policy or posture {wanted}", $"write one of: {string.Join(", ", PolicyOptions.Names(configuration.Policy))}");
            Change(() => PolicyAssignment.Write(options.FileOf(parsed), policy.Name));
            parsed.InvocationConfiguration.Output.WriteLine($"{policy.Name} is assigned ({PolicyAssignment.FileOf(options.FileOf(parsed))}); a node that runs takes it over within node:reloadSeconds");
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static ExampleCommand CreateUnassign(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var command = new ExampleCommand("unassign", "Take an assignment back: the configuration's own policy:assigned holds again, secureServer if it has none.", """
              feberelay policy unassign --config fe1.json      removes fe1.json.assigned
            """);
        options.AddTo(command);

        // Without a look at the configuration: an assignment that it no longer knows is to go too.
        command.SetAction(parsed =>
        {
            var removed = false;
            Change(() => removed = PolicyAssignment.Remove(options.FileOf(parsed)));
            parsed.InvocationConfiguration.Output.WriteLine(removed
                ? "the assignment is taken back; a node that runs sees it within node:reloadSeconds"
                : "nothing was assigned; the configuration's own policy:assigned holds");
            return ExitCode.Succeeded;
        });
        return command;
    }

    private static ExampleCommand CreateLint(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var json = ConfigurationOptions.Json("the findings");
        var command = new ExampleCommand("lint", "Report what is wrong with policies (exit code 3), and what they leave open (exit code 0).", """
              feberelay policy lint --config fe1.json
            """)
        {
            json,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, (configuration, values) =>
        {
            var warnings = PolicyLint.Check(configuration, values);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, new { warnings });
                return ExitCode.Succeeded;
            }

            foreach (var warning in warnings)
            {
                Messages.Write(parsed.InvocationConfiguration.Error, $"warning: {warning.Key} {warning.Problem}", warning.Fix);
            }

            parsed.InvocationConfiguration.Output.WriteLine($"{options.FileOf(parsed)}: no errors, {warnings.Count} warning{(warnings.Count == 1 ? "" : "s")}");
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static ExampleCommand CreateMatrix()
    {
        var file = new Option<string?>("--out") { Description = "Write the page there instead of to standard output.", HelpName = "FILE" };
        var command = new ExampleCommand("matrix", "Write what becomes of connections for every pair of postures and every kind of peer, as Markdown.", """
              feberelay policy matrix --out docs/policy-matrix.md
            """)
        {
            file,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(file) is { } path)
            {
                Change(() => File.WriteAllText(path, PolicyMatrix.Markdown()));
            }
            else
            {
                parsed.InvocationConfiguration.Output.Write(PolicyMatrix.Markdown());
            }

            return ExitCode.Succeeded;
        });
        return command;
    }

    internal static void Change(Action change)
    {
        try
        {
            change();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Failed, exception.Message.TrimEnd('.'));
        }
    }
}
