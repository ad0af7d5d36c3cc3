using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Relay.Fleet;

/// <summary>A unit of a bundle's tree.</summary>
/// <param name="Name">Its name, alone in the tree.</param>
/// <param name="Policy">Its own policy, or null.</param>
/// <param name="Nodes">Names of nodes that belong to it by name.</param>
/// <param name="Parent">The unit above, null at the root.</param>
internal sealed record PolicyUnit(string Name, NodePolicy? Policy, IReadOnlyList<string> Nodes, PolicyUnit? Parent)
{
    /// <summary>Levels above it.</summary>
    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    /// <summary>Names from the root's child down, with slashes; the root is <c>/</c>.</summary>
    public string Path => Parent is null ? "/" : Parent.Parent is null ? $"/{Name}" : $"{Parent.Path}/{Name}";

    /// <summary>This unit or the nearest above it that has a policy; null if none has.</summary>
    public PolicyUnit? NearestWithPolicy => Policy is not null ? this : Parent?.NearestWithPolicy;
}
