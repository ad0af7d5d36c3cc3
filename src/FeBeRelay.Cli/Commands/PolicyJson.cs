using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Http;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Pins;

namespace FeBeRelay.Cli.Commands;

/// <summary>A policy in a list. Public surface, as all of this file (docs/cli.md): fields are added, never renamed.</summary>
internal sealed record PolicyListJson(string Name, string Posture, int Rules, bool Assigned);

/// <summary>A rule with one of its filters.</summary>
internal sealed record PolicyRuleJson(string Rule, string Filter, FilterAction Action, bool Inpass, bool Soft, bool Ratchet, bool Pfs, IReadOnlyList<string>? Suites, IReadOnlyList<string>? Groups)
{
    public static PolicyRuleJson From((PolicyRule Rule, PolicyFilter Filter) entry) => new(
        entry.Rule.Name, entry.Filter.ToString(), entry.Rule.Action, entry.Rule.InPass, entry.Rule.Soft, entry.Rule.Ratchet, entry.Rule.Security.ForwardSecrecy,
        entry.Rule.Security.Suites is null ? null : [.. entry.Rule.Security.Suites.Select(suite => suite.Name)],
        entry.Rule.Security.Groups is null ? null : [.. entry.Rule.Security.Groups.Select(group => group.Name)]);
}

/// <summary>The rule that holds for an endpoint or service.</summary>
internal sealed record PolicyEffectJson(string Kind, string Name, string? To, string Rule, string Filter);

/// <summary>A pin.</summary>
internal sealed record PinJson(string Node, string Identity, DateTimeOffset Since)
{
    public static PinJson From(Pin pin) => new(pin.Node, pin.Identity, pin.Since);
}

/// <summary>An explanation.</summary>
internal sealed record PolicyExplanationJson(
    string From, string To, Direction Direction, string Policy, PolicyRuleJson Rule, IReadOnlyList<PolicyRuleJson> LessSpecific, IReadOnlyList<PolicyOutcome> Outcomes, GuardMode? Guard)
{
    public static PolicyExplanationJson Of(PolicyExplanation explanation) => new(
        explanation.Question.From, explanation.Question.To, explanation.Traffic.Direction, explanation.Question.Policy.Name,
        PolicyRuleJson.From((explanation.Match.Rule, explanation.Match.Filter)), [.. explanation.Match.LessSpecific.Select(PolicyRuleJson.From)], explanation.Outcomes, explanation.Guard);
}
