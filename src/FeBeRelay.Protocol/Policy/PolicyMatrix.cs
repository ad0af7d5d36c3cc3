using System.Text;

namespace FeBeRelay.Protocol.Policy;

/// <summary>docs/policy-matrix.md: what becomes of connections, for every pair of postures and everything that a peer can be.</summary>
public static class PolicyMatrix
{
    private static readonly (PeerCapability Capability, string Words)[] Speakers =
    [
        (PeerCapability.Capable, "Credentials good"),
        (PeerCapability.BadCredentials, "Credentials refused by either side"),
        (PeerCapability.NoCredentials, "The peer has no credentials"),
        (PeerCapability.NoCommonSuite, "No common suite"),
    ];

    private static readonly (PeerCapability Capability, string Words)[] NonSpeakers =
    [
        (PeerCapability.Silent, "silent"),
        (PeerCapability.Refusing, "refuses"),
        (PeerCapability.PlainServer, "plain server"),
        (PeerCapability.Closing, "closes at once"),
    ];

    /// <summary>The page.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder()
            .Append("# What becomes of a connection\n\n")
            .Append("Made by `feberelay policy matrix` from the decision function itself; a test holds this page against it. [policy.md](policy.md) says why.\n\n")
            .Append("Rows are the posture of the node that dials and whether the peer is pinned, columns what it dials. A cell says what becomes of the first\n")
            .Append("connection, then, where it differs, of those after it. *Clear (soft)*: after the fallback timer at most, under a soft association.\n")
            .Append("*Clear sent, refused*: the peer's policy refuses it, but its first bytes have crossed the network. *Blocked*: no byte left this node.\n")
            .Append("The endpoint has `clearTo` and its enquiry on, the peer's service has a port that takes clear connections where policy lets it.\n")
            .Append("Without `clearTo` every cell that begins with *clear* is blocked.\n");
        Append(text, FallbackBehaviour.Windows2000, "##", "The peer speaks the protocol", "The peer does not");
        text.Append("\n## The option `windowsXp`\n\nThe same with `fallback:mode` `windowsXp`, where credentials and suites that do not fit count as not capable.\n");
        Append(text, FallbackBehaviour.WindowsXp, "###", "The peer speaks the protocol, `windowsXp`", "The peer does not, `windowsXp`");
        return text.ToString();
    }

    private static void Append(StringBuilder text, FallbackBehaviour behaviour, string level, string speakers, string nonSpeakers)
    {
        text.Append($"\n{level} {speakers}\n");
        foreach ((PeerCapability capability, string words) in Speakers)
        {
            text.Append($"\n{level}# {words}{(behaviour == FallbackBehaviour.WindowsXp ? ", `windowsXp`" : "")}\n\n");
            AppendTable(text, behaviour, [.. Posture.All.Select(p => (p.Name, new PeerModel(capability, p.Rule)))]);
        }
        text.Append($"\n{level} {nonSpeakers}\n\n");
        AppendTable(text, behaviour, [.. NonSpeakers.Select(n => (n.Words, new PeerModel(n.Capability, null)))]);
    }

    private static void AppendTable(StringBuilder text, FallbackBehaviour behaviour, (string Title, PeerModel Peer)[] columns)
    {
        text.Append("| posture | pinned |").AppendJoin(" |", columns.Select(c => " " + c.Title)).Append(" |\n|---|---|");
        text.Append(string.Concat(columns.Select(_ => "---|"))).Append('\n');
        foreach (Posture posture in Posture.All)
        {
            foreach (bool pinned in (bool[])[false, true])
            {
                var start = new OutboundSituation
                {
                    Rule = posture.Rule with { Fallback = FallbackSettings.For(behaviour) },
                    HasClearTo = true,
                    IsPinned = pinned,
                };
                text.Append($"| {posture} | {(pinned ? "yes" : "no")} |");
                text.AppendJoin(" |", columns.Select(c => " " + PolicyForecast.Of(start, c.Peer))).Append(" |\n");
            }
        }
    }
}
