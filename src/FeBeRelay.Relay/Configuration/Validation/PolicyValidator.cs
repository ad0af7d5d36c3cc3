using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>policy</c>.</summary>
internal static class PolicyValidator
{
    public static void Validate(PolicySettings settings, ConfigurationErrors errors)
    {
        foreach (var (name, policy) in settings.Policies)
        {
            if (Posture.TryFind(name, out _))
            {
                errors.Add($"policy:policies:{name}", null, "has the name of a posture", "rename it");
            }

            ValidatePolicy($"policy:policies:{name}", name, policy, errors);
        }

        if (NodePolicyFactory.Find(settings, settings.Assigned) is null)
        {
            var names = Posture.All.Select(posture => posture.Name).Concat(settings.Policies.Keys.Order(StringComparer.OrdinalIgnoreCase));
            errors.Add("policy:assigned", settings.Assigned, "is neither a posture nor in policy:policies", $"write one of: {string.Join(", ", names)}");
        }
    }

    /// <param name="key">The policy's own key; empty for a file that is one policy.</param>
    /// <param name="name">Its name.</param>
    /// <param name="settings">What is to be validated.</param>
    /// <param name="errors">Where errors go.</param>
    public static void ValidatePolicy(string key, string name, NodePolicySettings settings, ConfigurationErrors errors)
    {
        var rules = key.Length == 0 ? "rules" : $"{key}:rules";
        foreach (var (ruleName, rule) in settings.Rules)
        {
            ValidateRule($"{rules}:{ruleName}", rule, errors);
        }

        foreach (var tie in NodePolicyFactory.Create(name, settings).Ties())
        {
            errors.Add(
                $"{rules}:{tie.Other.Name}", null, $"ties with rule {tie.One.Name}: both match {tie.Filter} and neither is more specific",
                "narrow one of the filters (peer, endpoint, service, port, direction), or make the two one rule");
        }
    }

    /// <summary>A rule that names a pre-shared key or Kerberos needs it, in this node's own configuration.</summary>
    public static void ValidateKeys(NodeConfiguration configuration, ConfigurationErrors errors)
    {
        foreach (var (policyName, policy) in configuration.Policy.Policies)
        {
            foreach (var (ruleName, rule) in policy.Rules)
            {
                var key = $"policy:policies:{policyName}:rules:{ruleName}:authentication";
                string[] keys = [.. rule.Authentication.Select(text => AuthenticationMethod.Parse(text)?.Key).OfType<string>()];
                foreach (var missing in keys.Where(name => !configuration.Node.PreSharedKeys.ContainsKey(name)))
                {
                    errors.Add(key, $"psk={missing}", "is not in node:preSharedKeys", $"name its file there (feberelay certs psk {missing} makes one), or remove it here");
                }

                if (rule.Authentication.Contains("kerberos") && !configuration.Node.Kerberos.IsOn)
                {
                    errors.Add(key, "kerberos", "is for nodes of a realm, which this one is not", "name its keytab in node:kerberos:keytab, or remove it here");
                }

                if (keys.Length > MainModeMethod.MaxKeys)
                {
                    errors.Add(key, null, $"names {keys.Length} pre-shared keys, of which main mode offers {MainModeMethod.MaxKeys} at most", "divide the rule, or use certificates");
                }
            }
        }
    }

    private static void ValidateRule(string key, RuleSettings rule, ConfigurationErrors errors)
    {
        for (var i = 0; i < rule.Filters.Count; i++)
        {
            var filter = rule.Filters[i];
            if (!NodePolicyFactory.IsPeer(filter.Peer))
            {
                errors.Add(
                    $"{key}:filters:{i}:peer", filter.Peer, "names no peer",
                    "write any, me, an address, a network such as 10.0.0.0/8, host:NAME, the DNS name of a certificate, or ou=Unit; there are no wildcards");
            }

            if (filter is { Endpoint: not null, Direction: "in", Mirrored: false })
            {
                errors.Add($"{key}:filters:{i}:endpoint", filter.Endpoint, "is about what goes out, the filter about what comes in only", "remove endpoint, or write \"direction\": \"out\"");
            }
        }

        if (rule.Action != "negotiate" && (rule.Inpass || rule.Soft))
        {
            var flag = rule.Inpass ? "inpass" : "soft";
            errors.Add($"{key}:{flag}", "true", $"counts with the action negotiate only, not with {rule.Action}", $"remove {flag}, or write \"action\": \"negotiate\"");
        }
    }
}
