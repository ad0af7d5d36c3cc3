using System.CommandLine;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy show</c>: a policy's rules in the order they are asked, and whom they are about.</summary>
internal static class PolicyShowCommand
{
    public static Command Create(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var name = new Argument<string?>("NAME") { Description = "A policy or posture; the one in effect if absent.", Arity = ArgumentArity.ZeroOrOne };
        var effective = new Option<bool>("--effective") { Description = "Also the rule that holds for each endpoint and service." };
        var json = ConfigurationOptions.Json("the policy");
        var command = new ExampleCommand("show", "Show a policy's rules, the most specific first.", """
              feberelay policy show --config fe1.json --effective
              feberelay policy show migration --config fe1.json --json
            """)
        {
            name, effective, json,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, (configuration, values) =>
        {
            var policy = PolicyOptions.Find(configuration.Policy, parsed.GetValue(name) ?? configuration.Policy.Assigned);
            PolicyEffectJson[] effects = parsed.GetValue(effective) ? [.. Effects(configuration, values, policy)] : [];
            Write(parsed.InvocationConfiguration.Output, policy, effects, parsed.GetValue(json));
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static void Write(TextWriter output, NodePolicy policy, PolicyEffectJson[] effects, bool json)
    {
        if (json)
        {
            JsonOutput.Write(output, new { policy.Name, posture = policy.Posture.Name, rules = policy.InOrder.Select(PolicyRuleJson.From), effects });
            return;
        }

        PolicyTables.WritePolicy(output, policy);
        if (effects.Length > 0)
        {
            output.WriteLine();
            PolicyTables.WriteEffects(output, effects);
        }
    }

    private static IEnumerable<PolicyEffectJson> Effects(NodeConfiguration configuration, IConfiguration values, NodePolicy policy)
    {
        foreach (var way in OutwardWay.Of(configuration, values).DistinctBy(way => (way.Endpoint, way.To)))
        {
            yield return Effect(way.IsHttp ? "http endpoint" : "endpoint", way.Endpoint, way.To, policy.Find(way.Traffic));
        }

        foreach (var (service, settings) in configuration.Listener?.Services ?? new Dictionary<string, ServiceSettings>())
        {
            yield return Effect("service", service, null, policy.Find(PolicyTraffic.Into(service, settings.Listen?.Port, null)));
        }
    }

    private static PolicyEffectJson Effect(string kind, string name, string? to, RuleMatch match) => new(kind, name, to, match.Rule.Name, match.Filter.ToString());
}
