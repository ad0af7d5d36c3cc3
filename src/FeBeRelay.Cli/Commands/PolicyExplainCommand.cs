using System.CommandLine;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy explain</c>: the rule that decides on a connection, why, and what becomes of it.</summary>
internal static class PolicyExplainCommand
{
    private const string IfPrefix = "policy=";

    public static Command Create(CommandContext context)
    {
        var options = new PolicyOptions(context);
        var from = new Option<string>("--from") { Description = "Who dials: me, an endpoint of this node, or a peer (a name in nodes, an address, a DNS name).", HelpName = "A", Required = true };
        var to = new Option<string>("--to") { Description = "Who is dialled: a peer or SERVICE@PEER, or me or a service of this node.", HelpName = "B", Required = true };
        var port = new Option<int?>("--port") { Description = "The port dialled, if it is not the configuration's.", HelpName = "N" };
        var peerPolicy = new Option<string?>("--peer-policy") { Description = "The peer's policy: a posture, a file with one policy, or the peer's configuration.", HelpName = "FILE" };
        var instead = new Option<string?>("--if") { Description = "As if another policy were assigned: policy= and a posture, a policy of the configuration, or a file.", HelpName = "policy=FILE" };
        instead.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !token.Value.StartsWith(IfPrefix, StringComparison.Ordinal) || token.Value.Length == IfPrefix.Length))
            {
                result.AddError("--if is written --if policy=FILE");
            }
        });
        var json = ConfigurationOptions.Json("the explanation");
        var command = new ExampleCommand("explain", "Say which rule decides on a connection, why, and what becomes of it with each kind of peer.", """
              feberelay policy explain --config fe1.json --from me --to be1
              feberelay policy explain --config fe1.json --from owa --to be1 --peer-policy be1.json
              feberelay policy explain --config be1.json --from 10.0.0.5 --to owa --if policy=secureServer
            """)
        {
            from, to, port, peerPolicy, instead, json,
        };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, (configuration, values) =>
        {
            var policy = PolicyOptions.Find(configuration.Policy, parsed.GetValue(instead)?[IfPrefix.Length..] ?? configuration.Policy.Assigned);
            var peer = parsed.GetValue(peerPolicy) is { } file ? PolicyOptions.Find(new PolicySettings(), file) : null;
            var question = new PolicyQuestion(parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), parsed.GetValue(port), policy, peer);
            Write(parsed.InvocationConfiguration.Output, Explain(configuration, values, question), parsed.GetValue(json));
            return ExitCode.Succeeded;
        }));
        return command;
    }

    private static PolicyExplanation Explain(NodeConfiguration configuration, IConfiguration values, PolicyQuestion question)
    {
        try
        {
            return PolicyExplanation.Of(configuration, values, question);
        }
        catch (ArgumentException problem)
        {
            throw new UserError(ExitCode.Usage, problem.Message, "feberelay policy explain --help shows examples");
        }
    }

    private static void Write(TextWriter output, PolicyExplanation explanation, bool json)
    {
        if (json)
        {
            JsonOutput.Write(output, PolicyExplanationJson.Of(explanation));
        }
        else
        {
            PolicyTables.WriteExplanation(output, explanation);
        }
    }
}
