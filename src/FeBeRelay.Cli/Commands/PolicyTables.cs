using System.Globalization;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Readiness;
using Spectre.Console;

namespace FeBeRelay.Cli.Commands;

/// <summary>Policies for a person.</summary>
internal static class PolicyTables
{
    // Lines of a file or pipe are not broken.
    private const int WidthOfAFile = 1000;

    public static void WriteList(TextWriter output, IEnumerable<PolicyListJson> policies)
        => Write(output, ["", "policy", "posture", "rules"], policies.Select(p => (string[])[p.Assigned ? "*" : "", p.Name, p.Posture, $"{p.Rules}"]));

    public static void WritePins(TextWriter output, IEnumerable<PinJson> pins)
        => Write(output, ["node", "identity", "since"], pins.Select(p => (string[])[p.Node, p.Identity, $"{p.Since:u}"]));

    public static void WritePolicy(TextWriter output, NodePolicy policy)
    {
        if (policy.IsAuditOnly)
        {
            output.WriteLine($"{policy.Name} is AUDIT-ONLY: nothing is enforced; flags are those that hold");
        }

        output.WriteLine($"{policy.Name}: what no rule is about is {policy.Posture.Title}; the first that matches decides");
        Write(output, ["rule", "filter", "action", "flags"], policy.InOrder.Select(entry => (string[])[entry.Rule.Name, $"{entry.Filter}", ActionOf(entry.Rule), FlagsOf(entry.Rule)]));
    }

    public static void WriteFindings(TextWriter output, IEnumerable<ReadinessFinding> findings)
        => Write(output, ["verdict", "way", "name", "source", "rule", "cause", "connections", "bytes", "last"], findings.Select(f => (string[])[
            f.Verdict.ToString().ToLowerInvariant(), f.Direction, f.Name, f.Source, f.Rule, f.Cause, f.Connections.ToString(CultureInfo.InvariantCulture), f.Bytes.ToString(CultureInfo.InvariantCulture), $"{f.Last:u}"]));

    public static void WriteEffects(TextWriter output, IEnumerable<PolicyEffectJson> effects)
        => Write(output, ["for", "name", "to", "rule", "by filter"], effects.Select(e => (string[])[e.Kind, e.Name, e.To ?? "", e.Rule, e.Filter]));

    public static void WriteExplanation(TextWriter output, PolicyExplanation explanation)
    {
        var match = explanation.Match;
        output.WriteLine($"{explanation.Question.From} -> {explanation.Question.To} ({(explanation.Traffic.Direction == Direction.Outbound ? "outward" : "inward")}), policy {explanation.Question.Policy.Name}");
        output.WriteLine($"rule {match.Rule.Name}: {ActionOf(match.Rule)}{(FlagsOf(match.Rule) is { Length: > 0 } flags ? ", " + flags : "")}");
        output.WriteLine($"because its filter matches: {match.Filter}");
        foreach (var (rule, filter) in match.LessSpecific)
        {
            output.WriteLine($"and is more specific than rule {rule.Name}: {filter}");
        }

        if (explanation.Guard is { } guard)
        {
            output.WriteLine($"where it would go clear, requests with credentials or a body: {guard.ToString().ToLowerInvariant()} (http:guard)");
        }

        Write(output, ["peer", "outcome"], explanation.Outcomes.Select(outcome => (string[])[outcome.Peer, outcome.Outcome]));
    }

    private static string ActionOf(PolicyRule rule) => rule.Action.ToString().ToLowerInvariant();

    private static string FlagsOf(PolicyRule rule)
    {
        List<string> flags = [];
        void Add(bool isSet, string flag)
        {
            if (isSet)
            {
                flags.Add(flag);
            }
        }

        Add(rule.InPass, "inpass");
        Add(rule.Soft, "soft");
        Add(rule.Ratchet, "ratchet");
        Add(rule.Action != FilterAction.Block && rule.Action != FilterAction.Permit && !rule.Security.ForwardSecrecy, "no pfs");
        Add(rule.Fallback.Behaviour == FallbackBehaviour.WindowsXp, "windowsXp");
        return string.Join(", ", flags);
    }

    private static void Write(TextWriter output, string[] headers, IEnumerable<string[]> rows)
    {
        var isTerminal = output == Console.Out && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (!isTerminal)
        {
            console.Profile.Width = WidthOfAFile;
        }

        var table = new Table().NoBorder();
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        console.Write(table);
    }
}
