using System.CommandLine;
using System.Text.RegularExpressions;
using FeBeRelay.Relay.Capture;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay capture</c>: the packet filter's rules for transparent endpoints.</summary>
internal static partial class CaptureCommand
{
    public static Command Create(CommandContext context) => new("capture", "Lead connections of this host to transparent endpoints, with nothing configured in any application (Linux, nftables).")
    {
        CreateInstall(context),
        CreateRemove(),
        CreateShow(),
    };

    private static ExampleCommand CreateInstall(CommandContext context)
    {
        var file = ConfigurationOptions.File(required: true);
        var settings = ConfigurationOptions.Settings();
        var user = new Option<string>("--user", "-u")
        {
            Description = "The user that the node runs as: its connections are left alone. Default: feberelay.",
            HelpName = "USER",
            DefaultValueFactory = _ => "feberelay",
        };
        var guard = new Option<bool>("--guard") { Description = "Close the ports of the services' back ends to other hosts." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Write what nft would be told to standard output, and change nothing." };
        var command = new ExampleCommand(
            "install",
            "Write the rules, in the place of those that were there: one table of nftables, all or nothing.",
            """
              feberelay capture install --config fe1.json
              feberelay capture install --config be1.json --guard
              feberelay capture install --config fe1.json --user relay --dry-run
            """)
        {
            file, settings, user, guard, dryRun,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            TextWriter error = parsed.InvocationConfiguration.Error;
            ConfigurationLoadResult loaded = ConfigurationOptions.Load(context, path, parsed.GetRequiredValue(settings));
            if (!loaded.IsValid)
            {
                Messages.Write(error, path, loaded.Errors);
                return ExitCode.ConfigurationInvalid;
            }
            var rules = new CaptureRules(CaptureRules.TableOf(path), UserOf(parsed.GetRequiredValue(user)), loaded.Configuration);
            string script = Script(rules, parsed.GetValue(guard), error);
            if (parsed.GetValue(dryRun))
            {
                await parsed.InvocationConfiguration.Output.WriteAsync(script);
                return ExitCode.Succeeded;
            }
            await Nft.ApplyAsync(script, cancellation);
            return ExitCode.Succeeded;
        });
        return command;
    }

    private static ExampleCommand CreateRemove()
    {
        var file = ConfigurationOptions.File(required: true);
        var command = new ExampleCommand("remove", "Remove the rules of a configuration file, and nothing else.", """
              feberelay capture remove --config fe1.json
            """)
        {
            file,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await Nft.ApplyAsync(CaptureRules.Removal(CaptureRules.TableOf(parsed.GetRequiredValue(file))), cancellation);
            return ExitCode.Succeeded;
        });
        return command;
    }

    private static ExampleCommand CreateShow()
    {
        var file = ConfigurationOptions.File(required: true);
        var command = new ExampleCommand("show", "Show the rules that are installed.", """
              feberelay capture show --config fe1.json
            """)
        {
            file,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await parsed.InvocationConfiguration.Output.WriteAsync(await Nft.ListAsync(CaptureRules.TableOf(parsed.GetRequiredValue(file)), cancellation));
            return ExitCode.Succeeded;
        });
        return command;
    }

    private static string Script(CaptureRules rules, bool guard, TextWriter error)
    {
        if (rules.Captured.Count == 0 && !(guard && rules.Guarded.Count > 0))
        {
            throw new UserError(
                ExitCode.Failed, guard ? "there is nothing to capture and nothing to guard" : "there is nothing to capture",
                "give a relay endpoint \"kind\": \"transparent\" and destinations; --guard is for services whose back end has a port of this host");
        }
        if (guard && rules.Elsewhere.Count > 0)
        {
            Messages.Write(error, $"not guarded, the back end is not this host's: {string.Join(", ", rules.Elsewhere)}", "close its port where it is");
        }
        return rules.ToScript(guard);
    }

    private static string UserOf(string user) => UserName().IsMatch(user)
        ? user
        : throw new UserError(ExitCode.Usage, $"--user {user} is no user's name or number", "name the user that the node runs as");

    [GeneratedRegex("^([0-9]+|[a-z_][a-z0-9_-]{0,31})$")]
    private static partial Regex UserName();
}
