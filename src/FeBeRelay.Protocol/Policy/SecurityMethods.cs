using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Protocol.Policy;

/// <summary>How traffic is protected where a rule has it protected. What is null is the node's own setting.</summary>
/// <param name="Suites">Suites, best first; null or at least one.</param>
/// <param name="ForwardSecrecy">Whether each channel's keys come from a key exchange of their own (PFS).</param>
/// <param name="Lifetimes">Lives of associations and keys, by seconds and kilobytes.</param>
public sealed record SecurityMethods(IReadOnlyList<Suite>? Suites, bool ForwardSecrecy, Lifetimes? Lifetimes)
{
    /// <summary>Certificates, the node's suites and lifetimes, with forward secrecy.</summary>
    public static readonly SecurityMethods Default = new(null, true, null);

    /// <summary>Key exchange groups, best first; null for the node's own, or at least one. A hybrid one alone is a demand for it.</summary>
    public IReadOnlyList<Group>? Groups { get; init; }

    /// <summary>How the nodes prove who they are, in order of preference; at least one.</summary>
    public IReadOnlyList<AuthenticationMethod> Authentication { get; init; } = [AuthenticationMethod.Certificate];

    /// <summary>Equal are those that protect alike: under them the same associations can be used.</summary>
    public bool Equals(SecurityMethods? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>In a few words, the same for equal ones.</summary>
    public override string ToString()
    {
        string suites = Suites is null ? "the node's suites" : string.Join(", ", Suites.Select(suite => suite.Name));
        string groups = Groups is null ? "" : $"; {string.Join(", ", Groups)}";
        string authentication = Authentication is [var only] && only == AuthenticationMethod.Certificate ? "" : $"; {string.Join(", ", Authentication)}";
        return $"{suites}; {(ForwardSecrecy ? "pfs" : "no pfs")}; {Lifetimes?.ToString() ?? "the node's lifetimes"}{groups}{authentication}";
    }
}
