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

    /// <summary>Ways to authenticate that policy allows, in order of preference.</summary>
    public IReadOnlyList<MainModeMethod> Methods { get; init; } = [MainModeMethod.Certificates];

    /// <summary>16 bytes that no other node has: a node that offers pre-shared keys or Kerberos knows itself by them (clause 2.12).</summary>
    public byte[] Instance { get; init; } = [];

    /// <summary>The pre-shared keys of <see cref="Methods"/>, in order of preference.</summary>
    internal IEnumerable<PreSharedKey> Keys => Methods.Select(method => method.Key).OfType<PreSharedKey>();

    /// <summary>Whether certificates are allowed.</summary>
    internal bool TakesCertificates => Methods.Contains(MainModeMethod.Certificates);

    /// <summary>Whether Kerberos is allowed.</summary>
    internal bool TakesTickets => Methods.Contains(MainModeMethod.Kerberos);

    /// <summary>Methods as the list of signatures of an initiator hello: those of certificates stand together.</summary>
    internal ushort[] MethodNumbers()
    {
        int keys = Keys.Count();
        if (Methods.Count == 0 || keys > MainModeMethod.MaxKeys || (keys > 0 && Groups.Count == InitiatorHello.MaxShares)
            || ((keys > 0 || TakesTickets) && Instance.Length != Limits.IdSize))
        {
            throw new InvalidOperationException(
                $"main mode needs a method, and takes {MainModeMethod.MaxKeys} pre-shared keys at most and a group less with them; keys and Kerberos need an instance of {Limits.IdSize} bytes");
        }
        return [.. Methods.SelectMany(method => method.Numbers).Distinct()];
    }

    private static IReadOnlyList<T> Checked<T>(IReadOnlyList<T> list, int max, string name) =>
        list.Count >= 1 && list.Count <= max && list.Distinct().Count() == list.Count
            ? list
            : throw new ArgumentException($"{name} must have 1 to {max} entries, none twice", name);
}
