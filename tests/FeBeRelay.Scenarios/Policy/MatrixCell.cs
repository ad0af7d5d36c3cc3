namespace FeBeRelay.Scenarios.Policy;

/// <summary>One cell of docs/policy-matrix.md, as it is written there.</summary>
/// <param name="Mode">The fall-back mode of its table, as the configuration has it.</param>
/// <param name="Kind">What the peer is: the title of its table, or, where the peer does not speak the protocol, of its column.</param>
/// <param name="Posture">The posture of the node that dials.</param>
/// <param name="IsPinned">Whether the peer is pinned.</param>
/// <param name="PeerPosture">The peer's posture; null where it does not speak the protocol.</param>
/// <param name="Expected">What the page says.</param>
internal sealed record MatrixCell(string Mode, string Kind, string Posture, bool IsPinned, string? PeerPosture, string Expected)
{
    public const string Good = "Credentials good";
    public const string Refused = "Credentials refused by either side";
    public const string None = "The peer has no credentials";
    public const string NoSuite = "No common suite";

    /// <summary>Whether it comes to the same as another one: a peer whose negotiation fails differs only in whether it takes clear connections.</summary>
    public bool IsRepetition => Kind is Refused or None or NoSuite && PeerPosture is "client" or "requireInRequestOut";

    public override string ToString() => $"{Mode}: {Posture}{(IsPinned ? ", pinned" : "")} x {Kind}{(PeerPosture is null ? "" : $", {PeerPosture}")}";
}
