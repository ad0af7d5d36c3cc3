using System.Net;
using System.Net.NetworkInformation;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>Makes policies of their settings.</summary>
internal static class NodePolicyFactory
{
    /// <summary>This host's own addresses, in the place of that word.</summary>
    public const string Me = "me";

    /// <summary>The policy in effect, of settings without errors.</summary>
    public static NodePolicy Effective(PolicySettings settings) => Find(settings, settings.Assigned)!;

    /// <summary>A posture or one of the settings' policies by its name, case aside; null if there is none.</summary>
    public static NodePolicy? Find(PolicySettings settings, string name)
    {
        if (Posture.TryFind(name, out var posture))
        {
            return NodePolicy.Of(posture);
        }

        var entry = settings.Policies.FirstOrDefault(policy => policy.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        return entry.Key is null ? null : Create(entry.Key, entry.Value);
    }

    /// <summary>The policy of that name.</summary>
    public static NodePolicy Create(string name, NodePolicySettings settings)
    {
        var posture = Posture.TryFind(settings.Posture, out var found) ? found : Posture.SecureServer;
        return new NodePolicy(name, posture, [.. settings.Rules.Select(rule => ToRule(rule.Key, rule.Value))], settings.AuditOnly);
    }

    /// <summary>Whether that text names peers.</summary>
    public static bool IsPeer(string text) => IsMe(text) || PeerFilter.TryParse(text, out _);

    private static bool IsMe(string text) => text.Trim().Equals(Me, StringComparison.OrdinalIgnoreCase);

    private static PolicyRule ToRule(string name, RuleSettings settings)
    {
        var negotiatesSoftly = settings is { Action: "negotiate", Soft: true };
        return new PolicyRule
        {
            Name = name,
            Filters = settings.Filters.Count == 0 ? [PolicyFilter.All] : [.. settings.Filters.SelectMany(ToFilters)],
            Action = Enum.TryParse<FilterAction>(settings.Action, ignoreCase: true, out var action) ? action : FilterAction.Block,
            InPass = settings.Inpass,
            Soft = settings.Soft,
            Ratchet = settings.Ratchet ?? negotiatesSoftly,
            Security = new SecurityMethods(
                settings.Suites is null ? null : [.. settings.Suites.Select(Suite.Find).OfType<Suite>()], settings.Pfs, ToLifetimes(settings.Lifetimes))
            {
                Groups = settings.Groups is null ? null : [.. settings.Groups.Select(Group.Find).OfType<Group>().Distinct()],
                Authentication = [.. settings.Authentication.Select(AuthenticationMethod.Parse).OfType<AuthenticationMethod>().Distinct()],
            },
            Fallback = ToFallback(settings.Fallback),
        };
    }

    private static IEnumerable<PolicyFilter> ToFilters(FilterSettings settings)
    {
        IEnumerable<PeerFilter> peers = IsMe(settings.Peer) ? OwnAddresses().Select(PeerFilter.Address)
            : PeerFilter.TryParse(settings.Peer, out var peer) ? [peer]
            : [];
        return peers.Select(peer => new PolicyFilter
        {
            Peer = peer,
            Endpoint = settings.Endpoint,
            Service = settings.Service,
            Port = settings.Port == 0 ? null : settings.Port,
            Direction = settings.Direction == "in" ? Direction.Inbound : Direction.Outbound,
            IsMirrored = settings.Mirrored,
        });
    }

    private static FallbackSettings ToFallback(PolicyFallbackSettings settings)
    {
        var mode = FallbackSettings.For(settings.Mode == "windowsXp" ? FallbackBehaviour.WindowsXp : FallbackBehaviour.Windows2000);
        return mode with
        {
            Timer = settings.Milliseconds == 0 ? mode.Timer : TimeSpan.FromMilliseconds(settings.Milliseconds),
            Tries = settings.Tries,
            SoftLifetime = TimeSpan.FromSeconds(settings.SoftSeconds),
        };
    }

    private static Lifetimes? ToLifetimes(LifetimeSettings? settings) => settings is null ? null : new Lifetimes(
        (uint)settings.AssociationSeconds, (uint)settings.AssociationQuickModes, (uint)settings.KeySeconds, (uint)settings.KeyKilobytes);

    private static IEnumerable<IPAddress> OwnAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(entry => entry.Address)
            .Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Distinct();
}
