using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>What a node brings to every main mode, in either role.</summary>
/// <param name="Suites">Suites allowed, in order of preference.</param>
/// <param name="Groups">Groups allowed, in order of preference; an initiator makes a share for each.</param>
/// <param name="Lifetimes">What an initiator offers.</param>
/// <param name="Identity">The node's own certificates and key.</param>
/// <param name="Entropy">Where nonces and key pairs come from.</param>
public sealed record MainModeSettings(
    IReadOnlyList<Suite> Suites, IReadOnlyList<Group> Groups, Lifetimes Lifetimes, LocalIdentity Identity, IEntropy Entropy)
{
    public IReadOnlyList<Suite> Suites { get; init; } = Checked(Suites, InitiatorHello.MaxSuites, nameof(Suites));

    public IReadOnlyList<Group> Groups { get; init; } = Checked(Groups, InitiatorHello.MaxShares, nameof(Groups));

    private static IReadOnlyList<T> Checked<T>(IReadOnlyList<T> list, int max, string name) =>
        list.Count >= 1 && list.Count <= max && list.Distinct().Count() == list.Count
            ? list
            : throw new ArgumentException($"{name} must have 1 to {max} entries, none twice", name);
}
