using System.CommandLine;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies.Pins;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy pins</c>: the peers to which nothing goes clear any more because they were reached protected.</summary>
internal static class PolicyPinsCommand
{
    public static Command Create(CommandContext context) => new("pins", "Show and clear pins: peers to which nothing goes clear any more, because they were reached protected.")
    {
        CreateList(context),
        CreateClear(context),
    };

    private static ExampleCommand CreateList(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var json = ConfigurationOptions.Json("the pins");
        var command = new ExampleCommand("list", "List the pins of the node that has this configuration.", """
              feberelay policy pins list --config fe1.json
            """)
        {
            json,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, configuration =>
        {
            IReadOnlyList<PinJson> pins = [.. Read(configuration).OrderBy(pin => pin.Node, StringComparer.OrdinalIgnoreCase).Select(PinJson.From)];
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, pins);
            }
            else
            {
                PolicyTables.WritePins(parsed.InvocationConfiguration.Output, pins);
            }

            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static ExampleCommand CreateClear(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var peer = new Argument<string?>("PEER") { Description = "A node of the configuration, or the name in its certificate.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every pin." };
        var json = ConfigurationOptions.Json("the pins that were cleared");
        var command = new ExampleCommand("clear", "Clear the pin of a peer: from its next connection on policy may send clear to it again. A running node heeds it at once.", """
              feberelay policy pins clear be1 --config fe1.json
              feberelay policy pins clear --all --config fe1.json
            """)
        {
            peer, all, json,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            string? wanted = parsed.GetValue(peer);
            if (wanted is null == !parsed.GetValue(all))
            {
                throw new UserError(ExitCode.Usage, "nothing says which pins", "name a peer, or write --all");
            }

            IReadOnlyList<Pin> cleared = [];
            int code = await options.RunAsync(parsed, async configuration => cleared = await ClearAsync(configuration, wanted));
            if (code == ExitCode.Succeeded && parsed.GetValue(json))
            {
                JsonOutput.Write(parsed.InvocationConfiguration.Output, cleared.Select(PinJson.From));
            }
            else if (code == ExitCode.Succeeded)
            {
                parsed.InvocationConfiguration.Output.WriteLine(cleared.Count == 0 ? "no pin to clear" : $"cleared: {string.Join(", ", cleared.Select(pin => $"{pin.Node} ({pin.Identity})"))}");
            }

            return code;
        });
        return command;
    }

    private static IReadOnlyList<Pin> Read(NodeConfiguration configuration)
    {
        try
        {
            return FileOf(configuration).Read() ?? [];
        }
        catch (PinFileException exception)
        {
            throw new UserError(ExitCode.Failed, exception.Message, exception.Hint);
        }
    }

    private static async Task<IReadOnlyList<Pin>> ClearAsync(NodeConfiguration configuration, string? peer)
    {
        try
        {
            IReadOnlyList<Pin> cleared = [];
            PinFile file = FileOf(configuration);
            if (file.Read() is null)
            {
                return cleared;
            }

            await file.UpdateAsync(pins =>
            {
                cleared = [.. (pins ?? []).Where(pin => peer is null || pin.IsOf(peer))];
                return [.. (pins ?? []).Except(cleared)];
            });
            return cleared;
        }
        catch (PinFileException exception)
        {
            throw new UserError(ExitCode.Failed, exception.Message, exception.Hint);
        }
    }

    private static PinFile FileOf(NodeConfiguration configuration) => new(configuration.Policy.PinsFile!, TimeProvider.System);
}
