using System.CommandLine;
using FeBeRelay.Cli.Monitor;
using FeBeRelay.Relay.Management;
using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay sa</c>: the associations of a running node, one by one.</summary>
internal static class SaCommand
{
    public static Command Create(CommandContext context) => new("sa", "Show, renew or end the associations of a running node.")
    {
        CreateList(context),
        CreateShow(context),
        CreateAction(
            context, "delete", "Forget an association and end its channels: idle ones are closed, streams are cut. The next stream makes a new one.", "deleted, with {0} channels",
            (client, id, reason, cancellation) => client.DeleteAsync(id, reason, cancellation)),
        CreateAction(
            context, "rekey", "Start a quick mode in each channel of an association now. Streams go on.", "new keys asked for in {0} channels",
            (client, id, reason, cancellation) => client.RekeyAsync(id, reason, cancellation)),
    };

    private static ExampleCommand CreateList(CommandContext context)
    {
        var access = new NodeAccessOptions();
        var json = ConfigurationOptions.Json("the list");
        var command = new ExampleCommand("list", "List the associations.", """
              feberelay sa list --config fe1.json
            """)
        {
            json,
        };
        access.AddTo(command, withNode: true);
        command.SetAction((parsed, cancellation) => NodeAccessOptions.RunAsync(access.Connect(parsed, context, ManagementRole.Viewer), async client =>
        {
            MonitorView view = await client.MonitorAsync(cancellation);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, view.Associations);
            }
            else
            {
                SaTables.WriteList(parsed.InvocationConfiguration.Output, view.Associations);
            }
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static ExampleCommand CreateShow(CommandContext context)
    {
        var access = new NodeAccessOptions();
        var id = Id();
        var json = ConfigurationOptions.Json("the association");
        var command = new ExampleCommand("show", "Show an association and its channels.", """
              feberelay sa show fa31977319f1 --config fe1.json
            """)
        {
            id, json,
        };
        access.AddTo(command, withNode: true);
        command.SetAction((parsed, cancellation) => NodeAccessOptions.RunAsync(access.Connect(parsed, context, ManagementRole.Viewer), async client =>
        {
            AssociationView one = await client.AssociationAsync(parsed.GetRequiredValue(id), cancellation);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, one);
            }
            else
            {
                SaTables.WriteOne(parsed.InvocationConfiguration.Output, one);
            }
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static ExampleCommand CreateAction(
        CommandContext context, string name, string description, string said, Func<ManagementClient, string, string?, CancellationToken, Task<Acted>> act)
    {
        var access = new NodeAccessOptions();
        var id = Id();
        var reason = new Option<string?>("--reason") { Description = "Why, for the security log.", HelpName = "TEXT" };
        var command = new ExampleCommand(name, description, $"""
              feberelay sa {name} fa31977319f1 --config fe1.json
            """)
        {
            id, reason,
        };
        access.AddTo(command, withNode: true);
        command.SetAction((parsed, cancellation) => NodeAccessOptions.RunAsync(access.Connect(parsed, context, ManagementRole.Operator), async client =>
        {
            Acted acted = await act(client, parsed.GetRequiredValue(id), parsed.GetValue(reason), cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{acted.Association}: {string.Format(System.Globalization.CultureInfo.InvariantCulture, said, acted.Channels)}");
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The association's id, or its first digits (4 or more)." };
}
