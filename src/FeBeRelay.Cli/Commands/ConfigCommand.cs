using System.CommandLine;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay config</c>: looks at configurations without running them.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandContext context) => new("config", "Check a configuration, or describe what may stand in one.")
    {
        CreateCheck(context),
        CreateSchema(),
    };

    private static ExampleCommand CreateCheck(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "Configuration file of a node." };
        var settings = ConfigurationOptions.Settings();
        var json = ConfigurationOptions.Json("the result");
        var command = new ExampleCommand("check", "Report everything wrong with a configuration: key, value and fix.", """
              feberelay config check fe1.json
              feberelay config check fe1.json --set nodes:be1:address=10.0.0.7:8443
              feberelay config check fe1.json --json | jq -r .errors[].key
            """)
        {
            file, settings, json,
        };
        command.SetAction(parsed => Check(
            parsed.GetRequiredValue(file), ConfigurationOptions.Load(context, parsed.GetRequiredValue(file), parsed.GetRequiredValue(settings)),
            parsed.GetValue(json), parsed.InvocationConfiguration));
        return command;
    }

    private static int Check(string file, ConfigurationLoadResult result, bool json, InvocationConfiguration console)
    {
        if (json)
        {
            JsonOutput.Write(console.Output, new { file, valid = result.IsValid, errors = result.Errors });
        }
        else if (result.IsValid)
        {
            console.Output.WriteLine($"{file}: ok, {Summary(result.Configuration, result.Values)}");
        }
        else
        {
            Messages.Write(console.Error, file, result.Errors);
        }

        return result.IsValid ? ExitCode.Succeeded : ExitCode.ConfigurationInvalid;
    }

    private static string Summary(NodeConfiguration configuration, IConfiguration values)
        => string.Join(", ", [
            Count(configuration.Nodes.Count, "node"),
            Count(configuration.Relay.Endpoints.Count, "relay endpoint"),
            Count(values.GetSection("Kestrel:Endpoints").GetChildren().Count(), "http endpoint"),
            Count(configuration.Listener?.Services.Count ?? 0, "service"),
        ]);

    private static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";

    private static ExampleCommand CreateSchema()
    {
        var command = new ExampleCommand("schema", "Print the JSON schema of the configuration, for editors and checkers.", """
              feberelay config schema > feberelay.schema.json      then begin fe1.json with { "$schema": "feberelay.schema.json", ...
            """);
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(NodeConfigurationSchema.ToText()));
        return command;
    }
}
