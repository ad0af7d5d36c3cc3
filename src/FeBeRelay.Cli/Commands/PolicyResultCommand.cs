using System.CommandLine;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Fleet;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy result</c>: the resultant set of policy: what holds on a node, and where each line of it came from.</summary>
internal static class PolicyResultCommand
{
    public static Command Create(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var file = new Option<string?>("--bundle") { Description = "A signed bundle in the place of the one that the node keeps: what would it come to here?", HelpName = "FILE" };
        var json = ConfigurationOptions.Json("the result");
        var command = new ExampleCommand("result", "Show the policy that holds on a node, and where each line of it came from.", """
              feberelay policy result --config fe1.json
              feberelay policy result --config fe1.json --bundle bundle.p7m
            """)
        {
            file, json,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, configuration =>
        {
            var result = Resolve(configuration, parsed.GetValue(file));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(output, new { result.Source, result.Unit, policy = result.Policy.Name, posture = result.Policy.Posture.Name, rules = result.Policy.InOrder.Select(PolicyRuleJson.From) });
                return ExitCode.Succeeded;
            }

            output.WriteLine($"from   {result.Source}");
            if (result.Unit is not null)
            {
                output.WriteLine($"unit   {result.Unit}");
            }

            PolicyTables.WritePolicy(output, result.Policy);
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static Result Resolve(NodeConfiguration configuration, string? file)
    {
        var own = NodePolicyFactory.Effective(configuration.Policy);
        var path = file ?? configuration.Policy.Fleet?.Cache;
        if (path is null || (file is null && !File.Exists(path)))
        {
            return new Result($"the configuration, policy:assigned{(path is null ? "" : " (no bundle was taken yet)")}", null, own);
        }

        if (configuration.Policy.Fleet is not { } fleet)
        {
            throw new UserError(ExitCode.Usage, "this node takes no bundles", "add the section policy:fleet to its configuration");
        }

        try
        {
            NodeIdentity identity = NodeOptionsFactory.CreateIdentity(configuration.Node, configuration.Lifetimes, TimeProvider.System);
            var bundle = new BundleGate(fleet, identity.Verify).Open(CertificateFile.Read(path, isSecret: false, SignedBundle.MaxBytes));
            var unit = bundle.UnitOf(identity.Certificate.DnsNames, identity.Certificate.OrganizationalUnits);
            var waits = bundle.Activate > TimeProvider.System.GetUtcNow() ? $", in effect from {bundle.Activate:u}" : "";
            return unit.NearestWithPolicy is { } with
                ? new Result($"bundle {bundle} ({path}), policy of unit {with.Path}{waits}", unit.Path, with.Policy!)
                : new Result($"the configuration, policy:assigned: bundle {bundle} has no policy for this unit", unit.Path, own);
        }
        catch (Exception e) when (e is IdentityException or BundleException)
        {
            throw new UserError(ExitCode.Failed, $"{path}: {e.Message.TrimEnd('.')}");
        }
    }

    private sealed record Result(string Source, string? Unit, NodePolicy Policy);
}
