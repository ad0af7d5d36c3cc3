using System.CommandLine;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay policy activate</c> and <c>confirm</c>: a policy that goes away by itself, for those who may lock themselves out by it.</summary>
internal static class PolicyActivateCommand
{
    public static Command Create(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var name = new Argument<string>("NAME") { Description = "A posture or a policy of the configuration." };
        var within = DurationOption.Create("--confirm-within", "How long it is on trial", TimeSpan.FromSeconds(10), TimeSpan.FromDays(7));
        within.Required = true;
        var command = new ExampleCommand("activate", """
            Put a policy into effect on trial: unless 'policy confirm' follows in time, what was assigned before is assigned again.
            A node that is restarted meanwhile goes on with the trial; one that was down when its time passed rolls back at its start.
            """, """
              feberelay policy activate secureServer --confirm-within 5m --config fe1.json
              feberelay policy confirm --config fe1.json
            """)
        {
            name, within,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, configuration =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var policy = NodePolicyFactory.Find(configuration.Policy, wanted)
                ?? throw new UserError(ExitCode.Usage, $"there is no policy or posture {wanted}", $"write one of: {string.Join(", ", PolicyOptions.Names(configuration.Policy))}");
            var until = TimeProvider.System.GetUtcNow() + parsed.GetValue(within);
            PolicyCommand.Change(() => PolicyTrial.Start(options.FileOf(parsed), policy.Name, until));
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{policy.Name} is assigned on trial until {until.UtcDateTime:u}; a node that runs takes it over within node:reloadSeconds. To keep it: feberelay policy confirm --config {options.FileOf(parsed)}");
            return ExitCode.Succeeded;
        }));
        return command;
    }

    public static Command CreateConfirm(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var command = new ExampleCommand("confirm", "Keep the policy that is on trial.", """
              feberelay policy confirm --config fe1.json
            """);
        options.AddTo(command);

        // Without a look at the configuration, as unassign.
        command.SetAction(parsed =>
        {
            var file = options.FileOf(parsed);
            PolicyTrial? trial = null;
            PolicyCommand.Change(() => trial = PolicyTrial.Read(file));
            if (trial is null)
            {
                throw new UserError(ExitCode.Failed, $"no policy is on trial ({PolicyTrial.FileOf(file)})", "it was confirmed or rolled back before: feberelay policy list, feberelay audit show policy");
            }

            if (trial.Until <= TimeProvider.System.GetUtcNow())
            {
                throw new UserError(ExitCode.Failed, "the trial's time is over: it is rolled back", "activate the policy again");
            }

            var confirmed = false;
            PolicyCommand.Change(() => confirmed = PolicyTrial.Confirm(file));
            parsed.InvocationConfiguration.Output.WriteLine(confirmed ? "confirmed: the policy stays" : "it was rolled back at this moment");
            return confirmed ? ExitCode.Succeeded : ExitCode.Failed;
        });
        return command;
    }
}
