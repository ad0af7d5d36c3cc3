namespace FeBeRelay.Relay.Certificates;

/// <summary>
/// A certificate for a node. <paramref name="Name"/> becomes the common name, for people; what counts are the DNS names, of which it
/// is the first unless others are given, and the organizational units.
/// </summary>
internal sealed record IssueRequest(string Name)
{
    public const int DefaultDays = 365;

    public IReadOnlyList<string> DnsNames { get; init; } = [Name];

    public IReadOnlyList<string> OrganizationalUnits { get; init; } = [];

    /// <summary>For who signs policies of many nodes, in the place of a node.</summary>
    public bool IsPolicySigner { get; init; }

    public int Days { get; init; } = DefaultDays;
}
