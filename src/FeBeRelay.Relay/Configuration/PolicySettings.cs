using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>policy</c>.</summary>
public sealed record PolicySettings
{
    internal const string DefaultAssigned = "secureServer";

    /// <summary>Name of a posture or of one of <see cref="Policies"/>.</summary>
    [Description("The policy in effect: a posture (client, server, requireInRequestOut, secureServer) or a name of policy:policies.")]
    [Example("\"server\"")]
    public string Assigned { get; init; } = DefaultAssigned;

    /// <summary>Null: this node's policy is its own affair.</summary>
    [Description("Policies for many nodes, signed in one place. While a bundle is in effect it stands above policy:assigned.")]
    public FleetSettings? Fleet { get; init; }

    /// <summary>An absolute path once loaded. Its folder need not exist.</summary>
    [Description("Where pins are kept (the ratchet), relative to the configuration file's folder; its folder is made. Default: pins/ and the configuration file's name. One file a node.")]
    [Example("\"/var/lib/feberelay/fe1.pins.json\"")]
    [Form(@"^[^\x00-\x1f]*[^\x00-\x1f/\\]$", "the path of a file")]
    public string? PinsFile { get; init; }

    [Description("Policies that can be assigned, by a name of the administrator's choice.")]
    [Example("{ \"migration\": { \"posture\": \"server\", \"rules\": { \"imap\": { \"filters\": [ { \"service\": \"imap\" } ], \"action\": \"permit\" } } } }")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public IReadOnlyDictionary<string, NodePolicySettings> Policies { get; init; } = new Dictionary<string, NodePolicySettings>();
}

/// <summary>One entry of <c>policy:policies</c>.</summary>
public sealed record NodePolicySettings
{
    [Description("What holds for traffic that no rule is about.")]
    [AllowedValues("client", "server", "requireInRequestOut", "secureServer")]
    public string Posture { get; init; } = PolicySettings.DefaultAssigned;

    [Description("Enforce nothing: what the policy would refuse passes all the same, and is in the security log. For a trial before it is enforced.")]
    public bool AuditOnly { get; init; }

    [Description("Rules by name, in any order: the most specific filter decides.")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public IReadOnlyDictionary<string, RuleSettings> Rules { get; init; } = new Dictionary<string, RuleSettings>();
}

/// <summary>One rule.</summary>
public sealed record RuleSettings
{
    [Description("Which traffic the rule is about: what one of them matches. Absent: all traffic.")]
    [Example("[ { \"peer\": \"10.1.0.0/16\", \"service\": \"owa\" } ]")]
    public IReadOnlyList<FilterSettings> Filters { get; init; } = [];

    [Description("permit: clear. block: refused. negotiate: protected, but for the flags. respond: clear, asks the peer by an enquiry, answers whoever negotiates.")]
    [Example("\"negotiate\"")]
    [AllowedValues("permit", "block", "negotiate", "respond")]
    public required string Action { get; init; }

    [Description("With negotiate: accept clear connections that arrive at a service's own port.")]
    public bool Inpass { get; init; }

    [Description("With negotiate: reach a peer that is not capable clear, at the endpoint's clearTo.")]
    public bool Soft { get; init; }

    /// <summary>Null: true for a rule that negotiates with <see cref="Soft"/>, else false.</summary>
    [Description("Pin a peer once it was reached protected: nothing goes clear to it any more. Default: true with negotiate and soft, else false.")]
    public bool? Ratchet { get; init; }

    [Description("How peers prove who they are, in order of preference: certificate, kerberos for a ticket of node:kerberos, or psk=NAME for a key of node:preSharedKeys, at most four of them. Whoever holds the key is believed to be any node of its group.")]
    [Example("[ \"psk=plant7\", \"certificate\" ]")]
    [Form("^(certificate|kerberos|psk=[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?)$", "certificate, kerberos or psk=NAME")]
    [MinLength(1)]
    public IReadOnlyList<string> Authentication { get; init; } = ["certificate"];

    /// <summary>Null: <see cref="LocalNodeSettings.Suites"/>.</summary>
    [Description("Suites for this traffic, best first; those of node:suites if absent.")]
    [Example("[ \"aes256-gcm\" ]")]
    [AllowedValues("aes256-gcm", "aes128-gcm", "aes256-gmac")]
    [MinLength(1)]
    public IReadOnlyList<string>? Suites { get; init; }

    /// <summary>Null: <see cref="LocalNodeSettings.Groups"/>.</summary>
    [Description("Key exchange groups for this traffic, best first; those of node:groups if absent. The hybrid one alone is a demand for it.")]
    [Example("[ \"p256-mlkem768\" ]")]
    [AllowedValues("p256", "p384", "p256-mlkem768")]
    [MinLength(1)]
    public IReadOnlyList<string>? Groups { get; init; }

    [Description("Forward secrecy: keys of each channel come from a key exchange of their own.")]
    public bool Pfs { get; init; } = true;

    /// <summary>Null: section <c>lifetimes</c> of the node.</summary>
    [Description("Lifetimes for this traffic; those of section lifetimes if absent.")]
    public LifetimeSettings? Lifetimes { get; init; }

    [Description("When a peer counts as not capable.")]
    public PolicyFallbackSettings Fallback { get; init; } = new();
}

/// <summary>One filter of a rule: all that is set must match.</summary>
public sealed record FilterSettings
{
    [Description("The peers: any, me (this host's own addresses), an address, a network (10.0.0.0/8), host:NAME (as it is dialled), the DNS name of a certificate, or ou=Unit.")]
    [Example("\"10.1.0.0/16\"")]
    public string Peer { get; init; } = "any";

    [Description("A relay endpoint's name; matches outward only.")]
    [Example("\"owa\"")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public string? Endpoint { get; init; }

    [Description("A service's name.")]
    [Example("\"owa\"")]
    [Form(ServiceSettings.NamePattern, ServiceSettings.NameForm)]
    public string? Service { get; init; }

    /// <summary>0: any.</summary>
    [Description("The port that the connection is made to; 0 is any.")]
    [Range(0, 65_535)]
    public int Port { get; init; }

    [Description("The direction the filter is written for, seen from this node.")]
    [AllowedValues("out", "in")]
    public string Direction { get; init; } = "out";

    [Description("Whether it holds for the other direction too.")]
    public bool Mirrored { get; init; } = true;
}

/// <summary>Part <c>fallback</c> of a rule.</summary>
public sealed record PolicyFallbackSettings
{
    [Description("windows2000: anything that speaks the protocol forbids going clear. windowsXp: credentials or suites that do not fit count as not capable.")]
    [AllowedValues("windows2000", "windowsXp")]
    public string Mode { get; init; } = "windows2000";

    /// <summary>Milliseconds, 0 to 60000.</summary>
    [Description("Milliseconds from the first try to going clear, at most; 0 is the mode's own: 3000, with windowsXp 500.")]
    [Range(0, 60_000)]
    public int Milliseconds { get; init; }

    /// <summary>1 to 10.</summary>
    [Description("Most tries before a peer counts as not capable.")]
    [Range(1, 10)]
    public int Tries { get; init; } = 4;

    /// <summary>Seconds, 1 to 86400.</summary>
    [Description("Seconds that a soft association lives: how long a peer that is not capable is not tried again.")]
    [Range(1, 86_400)]
    public int SoftSeconds { get; init; } = 300;
}
