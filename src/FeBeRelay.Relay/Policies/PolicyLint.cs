using System.Net;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>Something that works and is perhaps not what was meant.</summary>
/// <param name="Key">The key it is about.</param>
/// <param name="Problem">What it comes to.</param>
/// <param name="Fix">What to write if it was not meant.</param>
internal sealed record PolicyWarning(string Key, string Problem, string Fix);

/// <summary>Looks at a configuration without errors for what its policy leaves open.</summary>
internal static class PolicyLint
{
    /// <param name="configuration">The node's own sections.</param>
    /// <param name="values">The whole configuration, with .NET's and YARP's sections.</param>
    public static IReadOnlyList<PolicyWarning> Check(NodeConfiguration configuration, IConfiguration values)
    {
        var policy = NodePolicyFactory.Effective(configuration.Policy);
        HashSet<string> endpoints = new([.. configuration.Relay.Endpoints.Keys, .. HttpPolicyLint.EndpointsOf(values)], StringComparer.OrdinalIgnoreCase);
        return
        [
            .. HttpPolicyLint.Check(configuration, values, policy),
            .. configuration.Relay.Endpoints.SelectMany(endpoint => CheckEndpoint(configuration, policy, endpoint.Key, endpoint.Value)),
            .. (configuration.Listener?.Services ?? new Dictionary<string, ServiceSettings>()).SelectMany(s => CheckService(policy, s.Key, s.Value)),
            .. configuration.Policy.Policies.SelectMany(entry => CheckPolicy(configuration, endpoints, entry.Key, entry.Value)),
        ];
    }

    private static IEnumerable<PolicyWarning> CheckEndpoint(NodeConfiguration configuration, NodePolicy policy, string name, RelayEndpointSettings endpoint)
    {
        var rule = policy.Find(PolicyTraffic.Of(configuration, name)).Rule;
        var key = $"relay:endpoints:{name}:clearTo";
        if (rule.MaySendClear && endpoint.ClearTo is null)
        {
            yield return rule.Action == FilterAction.Negotiate
                ? new PolicyWarning(key, $"is absent: rule {rule.Name} has soft, but this endpoint never falls back", "name where clear bytes go, or remove soft from the rule")
                : new PolicyWarning(key, $"is absent: rule {rule.Name} sends clear, so this endpoint can send nothing of its own accord", "name where clear bytes go, or let the rule negotiate");
        }

        if (!rule.MaySendClear && endpoint.ClearTo is not null)
        {
            yield return new PolicyWarning(key, $"is never used: rule {rule.Name} sends nothing clear", "remove clearTo, or let the rule fall back with soft");
        }
    }

    private static IEnumerable<PolicyWarning> CheckService(NodePolicy policy, string name, ServiceSettings service)
    {
        var key = $"listener:services:{name}:listen";
        var rule = policy.Find(PolicyTraffic.Into(name, service.Listen?.Port, null)).Rule;
        if (service.Listen is null)
        {
            if (rule.TakesClear)
            {
                yield return new PolicyWarning(key, $"is absent: rule {rule.Name} takes clear connections, but they have no way in", "give the service a port of its own, or take inpass away");
            }

            yield break;
        }

        if (!rule.TakesClear)
        {
            yield return new PolicyWarning(
                key, $"refuses clear connections by rule {rule.Name}, but a peer that is a client or falls back has sent its first bytes by then",
                "what must never travel clear needs a rule without soft (secureServer) at the node that dials");
        }

        if (service.Listen.Value.Address is { } address && ClearExposure.Find(policy, name, new IPEndPoint(address, service.Listen.Value.Port)) is { } open)
        {
            yield return new PolicyWarning(
                key, $"takes clear connections on {service.Listen} by rule {open.Name}, which is not a private address", "listen on a private address, or take inpass away");
        }
    }

    private static IEnumerable<PolicyWarning> CheckPolicy(NodeConfiguration configuration, HashSet<string> endpoints, string name, NodePolicySettings settings)
        => AuditOnly(name, settings).Concat(NodePolicyFactory.Create(name, settings).OwnRules.SelectMany(rule => CheckRule(configuration, endpoints, $"policy:policies:{name}:rules:{rule.Name}", rule)));

    private static IEnumerable<PolicyWarning> AuditOnly(string name, NodePolicySettings settings) => settings.AuditOnly
        ? [new PolicyWarning($"policy:policies:{name}:auditOnly", "is set: nothing of this policy is enforced, what it would refuse goes clear", "remove it when the security log has no more events 9063")]
        : [];

    private static IEnumerable<PolicyWarning> CheckRule(NodeConfiguration configuration, HashSet<string> endpoints, string key, PolicyRule rule)
    {
        if (rule is { Action: FilterAction.Negotiate, InPass: true, Soft: false })
        {
            yield return new PolicyWarning($"{key}:inpass", "without soft takes clear connections and answers them clear on the same connection, where Windows' answer would be secured", "remove inpass to take protected connections only");
        }

        if (rule is { Action: FilterAction.Negotiate, Soft: true, Ratchet: false })
        {
            yield return new PolicyWarning($"{key}:ratchet", "is off: whoever can drop packets forces clear whenever no association is alive, not at first contact only", "remove \"ratchet\": false");
        }

        if (rule.MaySendClear && rule.Fallback.Behaviour == FallbackBehaviour.WindowsXp)
        {
            yield return new PolicyWarning($"{key}:fallback:mode", "is windowsXp: one forged byte forces clear to a peer that is not pinned", "remove it for windows2000's behaviour");
        }

        if (rule.Security.Authentication.FirstOrDefault(method => method.Key is not null) is { } shared)
        {
            yield return new PolicyWarning($"{key}:authentication", $"takes {shared}: whoever holds that key can be any node of its group, and one that is lost must be replaced on all of them", "use certificates where nodes can have them");
        }

        if (!rule.Security.ForwardSecrecy)
        {
            yield return new PolicyWarning($"{key}:pfs", "is off: who learns an association's secret later opens all its recorded channels", "remove \"pfs\": false");
        }

        if (rule.Security.Suites is [{ IsConfidential: false }, ..])
        {
            yield return new PolicyWarning($"{key}:suites", "begins with a suite that protects integrity only: the content stays readable", "put an aes-gcm suite first");
        }

        foreach (var warning in rule.Filters.SelectMany((filter, i) => CheckFilter(configuration, endpoints, $"{key}:filters:{i}", filter, rule)))
        {
            yield return warning;
        }
    }

    private static IEnumerable<PolicyWarning> CheckFilter(NodeConfiguration configuration, HashSet<string> endpoints, string key, PolicyFilter filter, PolicyRule rule)
    {
        if (filter.Endpoint is { } endpoint && !endpoints.Contains(endpoint))
        {
            yield return new PolicyWarning($"{key}:endpoint", $"names {endpoint}, which is neither in relay:endpoints nor in Kestrel:Endpoints: the filter matches nothing", "correct the name");
        }

        var inward = filter.IsMirrored || filter.Direction == Direction.Inbound;
        if (inward && filter.Peer.Kind >= PeerFilterKind.Host && rule.Action != FilterAction.Permit && configuration.Listener?.Services.Values.Any(s => s.Listen is not null) == true)
        {
            yield return new PolicyWarning($"{key}:peer", $"is a name ({filter.Peer}): clear connections that arrive carry none, so the rule does not decide on them", "use addresses where clear connections are meant");
        }
    }
}
