using System.CommandLine;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Cli.Commands;

/// <summary>The options that say which configuration, and its loading.</summary>
internal static class ConfigurationOptions
{
    public static Option<string> File(bool required) => new("--config", "-c")
    {
        Description = "Configuration file of the node (JSON, see 'feberelay config schema').",
        HelpName = "FILE",
        Required = required,
    };

    public static Option<string[]> Settings()
    {
        var option = new Option<string[]>("--set")
        {
            Description = "Set a key above file and environment, for example node:drainSeconds=5. May be repeated.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"--set {token.Value} has no value: write KEY=VALUE");
            }
        });
        return option;
    }

    public static Option<bool> Json(string what) => new("--json") { Description = $"Write {what} as JSON." };

    public static ConfigurationLoadResult Load(CommandContext context, string file, string[] settings)
    {
        var pairs = settings.Select(text => text.Split('=', 2)).Select(parts => KeyValuePair.Create<string, string?>(parts[0], parts[1]));
        return NodeConfigurationLoader.Load(file, new ConfigurationOverrides(context.Environment, [.. pairs]), context.Checks);
    }
}
