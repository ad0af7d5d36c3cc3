using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Fleet;

/// <summary>The JSON of a bundle, as an administrator writes it and as it is signed.</summary>
public sealed record BundleSettings
{
    internal const string TimePattern = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$";
    internal const string TimeForm = "a time in UTC, such as 2026-11-24T12:00:00Z";

    [Description("Name of the fleet: a node takes bundles of its own fleet only.")]
    [Example("\"lab.test\"")]
    [Form(PeerNodeSettings.NamePattern, PeerNodeSettings.NameForm)]
    public required string Fleet { get; init; }

    /// <summary>1 to 2,147,483,647.</summary>
    [Description("Grows with every bundle: a node never goes back to a lower one.")]
    [Example("1")]
    [Range(1, int.MaxValue)]
    public required int Version { get; init; }

    [Description("When the bundle ends: a node that has had no newer one by then does what policy:fleet:whenStale says.")]
    [Example("\"2027-01-01T00:00:00Z\"")]
    [Form(TimePattern, TimeForm)]
    public required string NotAfter { get; init; }

    /// <summary>Null: as soon as a node has it.</summary>
    [Description("When all nodes switch. From the moment a node has the bundle until then it is prepared: new outward connections go by the new policy already. Absent: at once.")]
    [Example("\"2026-12-01T06:00:00Z\"")]
    [Form(TimePattern, TimeForm)]
    public string? Activate { get; init; }

    [Description("The unit of all nodes.")]
    public required UnitSettings Root { get; init; }
}

/// <summary>One unit of a bundle. The nearest unit with a policy wins; policies are never merged.</summary>
public sealed record UnitSettings
{
    /// <summary>Null: that of the unit above.</summary>
    [Description("The unit's policy; absent, that of the unit above holds.")]
    public NodePolicySettings? Policy { get; init; }

    [Description("Nodes of the unit by the DNS name of their certificate. Others belong to it by an organizational unit of the same name in their certificate.")]
    [Example("[ \"fe1.lab.test\" ]")]
    [Form(DnsName.Pattern, "a DNS name")]
    public IReadOnlyList<string> Nodes { get; init; } = [];

    [Description("Units within it, by name.")]
    public IReadOnlyDictionary<string, UnitSettings> Units { get; init; } = new Dictionary<string, UnitSettings>();
}
