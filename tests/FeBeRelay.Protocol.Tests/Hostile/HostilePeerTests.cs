using System.Text;
using FeBeRelay.Protocol.Tests.Vectors;
using FeBeRelay.Protocol.Wire;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>
/// A hostile peer in either role, one misbehaviour for each connection. This program's end must end with the error that the table names, having delivered nothing wrong, and before
/// authentication say the same to all of them (docs/protocol.md 8.1). The table is docs/hostile-peers.md.
/// </summary>
public sealed class HostilePeerTests
{
    private static readonly byte[] Alert = [(byte)RecordType.Alert, 0, 0, 0, 0];

    private static IReadOnlyList<Misbehaviour> Table { get; } = [.. HandshakeMisbehaviours.All, .. KeyMisbehaviours.All, .. TicketMisbehaviours.All, .. ChannelMisbehaviours.All];

    [Fact]
    public void Each_misbehaviour_ends_the_connection_as_the_table_says() =>
        Assert.Empty(Table.Select(Difference).OfType<string>());

    [Fact]
    public void What_is_broken_of_Kerberos_passes_unbroken() =>
        Assert.All(TicketMisbehaviours.Unbroken, reaction => Assert.Null(reaction.Error));

    [Fact]
    public void There_are_several_hundred_in_both_roles_and_none_twice()
    {
        Assert.True(Table.Count(m => m.Peer == Role.Initiator) >= 200, $"{Table.Count(m => m.Peer == Role.Initiator)} as initiator");
        Assert.True(Table.Count(m => m.Peer == Role.Responder) >= 200, $"{Table.Count(m => m.Peer == Role.Responder)} as responder");
        Assert.Equal(Table.Count, Table.Select(m => m.ToString()).Distinct().Count());
    }

    [Fact]
    public void The_table_is_the_one_in_the_documents()
    {
        string path = VectorFiles.InSourceTree("docs", "hostile-peers.md");
        if (Environment.GetEnvironmentVariable("FEBERELAY_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, Markdown());
        }

        Assert.Equal(File.ReadAllText(path), Markdown());
    }

    private static string? Difference(Misbehaviour misbehaviour)
    {
        Reaction reaction = misbehaviour.Play();
        byte[] expected = misbehaviour.Expected is ProtocolError.AlertedByPeer ? []
            : reaction.Spoke ? Alert
            : [.. Preface.Bytes, .. Alert];
        // Refusals of an authenticated peer are protected; main mode and quick mode alone answer so.
        bool isRefusal = misbehaviour is { Stage: "M1", Expected: ProtocolError.NothingInCommon };
        bool saysTheSame = reaction.LastWords is null || isRefusal || reaction.LastWords.AsSpan().SequenceEqual(expected);
        return reaction.Error == misbehaviour.Expected && saysTheSame
            ? null
            : $"{misbehaviour}: expected {misbehaviour.Expected}, got {reaction.Error?.ToString() ?? "nothing"}, said {Convert.ToHexString(reaction.LastWords ?? [])}";
    }

    private static string Markdown()
    {
        var text = new StringBuilder();
        text.Append("# Hostile peers\n\n")
            .Append("What a peer may do against the rules, and the error that this program's end ends with (`ProtocolError`, for its own log). Before authentication the other side sees the same\n")
            .Append("of all: the fixed alert, then the end; nothing if it sent the alert itself. In a channel it is told a coarse code under protection. The tests play each line and hold this page to them\n")
            .Append("(`Hostile/HostilePeerTests`); `FEBERELAY_UPDATE_SNAPSHOTS=1` writes it anew.\n");
        foreach (IGrouping<(Role Peer, string Stage), Misbehaviour> group in Table.GroupBy(m => (m.Peer, m.Stage)).OrderBy(g => g.Key.Peer))
        {
            text.Append($"\n## {group.Key.Peer}: {group.Key.Stage}\n\n| misbehaviour | error |\n| --- | --- |\n");
            foreach (Misbehaviour one in group)
            {
                text.Append($"| {one.Name} | {one.Expected} |\n");
            }
        }
        return text.ToString();
    }
}
