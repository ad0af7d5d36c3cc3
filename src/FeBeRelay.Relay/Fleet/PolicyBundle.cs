namespace FeBeRelay.Relay.Fleet;

/// <summary>Policies for many nodes: a tree of units, with version and validity. Immutable.</summary>
/// <param name="Fleet">Whose nodes it is for.</param>
/// <param name="Version">Grows from bundle to bundle.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="Activate">When nodes switch to it; null as soon as they have it.</param>
/// <param name="Units">All units, the root first.</param>
internal sealed record PolicyBundle(string Fleet, int Version, DateTimeOffset NotAfter, DateTimeOffset? Activate, IReadOnlyList<PolicyUnit> Units)
{
    /// <summary>
    /// The unit of a node: the deepest that names it, else the deepest that is called like an organizational unit of its certificate (the first of the
    /// certificate's among equals), else the root.
    /// </summary>
    /// <param name="names">DNS names of the node's certificate.</param>
    /// <param name="organizationalUnits">Its organizational units, in the certificate's order.</param>
    public PolicyUnit UnitOf(IReadOnlyCollection<string> names, IReadOnlyList<string> organizationalUnits) =>
        Units.Where(unit => unit.Nodes.Any(node => names.Contains(node, StringComparer.OrdinalIgnoreCase))).MaxBy(unit => unit.Depth)
        ?? organizationalUnits.SelectMany(ou => Units.Skip(1).Where(unit => unit.Name.Equals(ou, StringComparison.OrdinalIgnoreCase))).MaxBy(unit => unit.Depth)
        ?? Units[0];

    /// <summary>Its name in logs.</summary>
    public override string ToString() => $"{Fleet} version {Version}";
}
