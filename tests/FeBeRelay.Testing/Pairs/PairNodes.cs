using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Testing.Pairs;

/// <summary>What two nodes keep between their connections: settings, policy and associations.</summary>
public sealed class PairNodes(Suite? suite = null)
{
    public MainModeSettings InitiatorSettings { get; init; } = MainModeRun.Settings(Role.Initiator, suites: suite is null ? null : [suite]);

    public MainModeSettings ResponderSettings { get; init; } = MainModeRun.Settings(Role.Responder, suites: suite is null ? null : [suite]);

    /// <summary>Two nodes that authenticate by Kerberos only.</summary>
    public static PairNodes WithKerberos() => new()
    {
        InitiatorSettings = ByTicket(Role.Initiator),
        ResponderSettings = ByTicket(Role.Responder),
    };

    /// <summary>Whether the initiator brings a share to quick mode.</summary>
    public bool ForwardSecrecy { get; set; } = true;

    /// <summary>Whether the responder demands one.</summary>
    public bool DemandForwardSecrecy { get; set; }

    /// <summary>Longest lifetimes that the responder accepts.</summary>
    public Lifetimes ResponderLifetimes { get; init; } = Lifetimes.Default;

    /// <summary>Where both get tickets and contexts.</summary>
    public TestRealm Realm { get; } = new();

    /// <summary>The initiator's newest association.</summary>
    public InitiatorAssociation? Association { get; set; }

    /// <summary>What the responder issued and holds, by id in hexadecimal.</summary>
    public Dictionary<string, ResponderAssociation> Issued { get; } = [];

    private static MainModeSettings ByTicket(Role role) =>
        MainModeRun.Settings(role) with { Methods = [MainModeMethod.Kerberos], Instance = RandomNumberGenerator.GetBytes(Limits.IdSize) };
}

/// <summary>An association at the initiator; the counter is the last one used.</summary>
public sealed record InitiatorAssociation(AssociationKeys Keys, Lifetimes Lifetimes)
{
    public ulong Counter { get; set; }
}

/// <summary>An association at the responder.</summary>
public sealed record ResponderAssociation(AssociationKeys Keys, Lifetimes Lifetimes, CounterWindow Window);
