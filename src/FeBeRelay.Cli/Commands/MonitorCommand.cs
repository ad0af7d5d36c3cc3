using System.CommandLine;
using FeBeRelay.Cli.Monitor;
using FeBeRelay.Relay.Management;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay monitor</c>: what a running node protects, and how.</summary>
internal static class MonitorCommand
{
    public static Command Create(CommandContext context)
    {
        var node = new Argument<string?>("NODE")
        {
            Description = "A peer of the configuration's nodes, asked over a channel. Absent: the configuration's own node.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var access = new NodeAccessOptions();
        var refresh = new Option<int>("--refresh") { Description = "Seconds between two looks, 1 to 3600.", HelpName = "SECONDS", DefaultValueFactory = _ => 1 };
        refresh.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3600)
            {
                result.AddError("--refresh is out of range: write a number, 1 to 3600");
            }
        });
        var sort = new Option<MonitorOrder>("--sort") { Description = "What rows are ordered by.", HelpName = "peer|bytes|age|ends|channels" };
        var filter = new Option<string?>("--filter") { Description = "Only rows that contain this text: a peer, rule, suite, service, address, 'clear', 'secured'.", HelpName = "TEXT" };
        var once = new Option<bool>("--once") { Description = "Show it once and end." };
        var json = ConfigurationOptions.Json("everything, once,");
        var command = new ExampleCommand(
            "monitor",
            """
            Watch a running node: associations and clear traffic, how each is protected, bytes, ages, and totals since its start.
            Ctrl+C ends it. REKEY is the time to new keys, ENDS that to the association's end; K is 1,024 bytes.
            """,
            """
              feberelay monitor --config fe1.json
              feberelay monitor be1 --config fe1.json --refresh 5        another node, over a channel
              feberelay monitor --config fe1.json --filter clear --once  what is not protected?
              feberelay monitor --config fe1.json --json | jq .totals
            """)
        {
            node,
        };
        access.AddTo(command, withNode: false);
        foreach (Option option in (Option[])[refresh, sort, filter, once, json])
        {
            command.Add(option);
        }
        command.SetAction((parsed, cancellation) => NodeAccessOptions.RunAsync(access.Connect(parsed, context, ManagementRole.Viewer, parsed.GetValue(node)), async client =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var screen = new MonitorScreen(parsed.GetValue(sort), parsed.GetValue(filter));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(output, await client.MonitorAsync(cancellation));
            }
            else if (parsed.GetValue(once))
            {
                await MonitorLive.OnceAsync(client, screen, output, cancellation);
            }
            else
            {
                await MonitorLive.RunAsync(client, screen, TimeSpan.FromSeconds(parsed.GetValue(refresh)), output, cancellation);
            }
            return ExitCode.Succeeded;
        }));
        return command;
    }
}
