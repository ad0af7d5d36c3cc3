using System.Text;
using FeBeRelay.Relay.Audit;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>Whatever a stranger calls himself, one event is one line of printable ASCII and comes back as it was.</summary>
public sealed class HostileTextTests
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\u0000", "\u001B[2J", "\u001B]0;title\u0007", "\u007F", "\u0085", "\u2028", "\u2029", "\u202E", "\u2066", "\u200F", "\uFEFF", "\uD83D\uDE00",
        "\",\"hash\":\"", "\\", "\\n", "{\"n\":1}", "</script>", "%0d%0a", "${jndi:ldap://x}", "\u00E9", "plain",
    ];

    [Fact]
    public void A_thousand_hostile_texts_are_one_line_each_and_come_back()
    {
        var random = new Random(20);
        var chain = new AuditChain(0, AuditLine.Beginning);
        for (int i = 0; i < 1_000; i++)
        {
            string hostile = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            byte[] line = chain.Append(AuditFolder.Event(hostile) with { Service = hostile, PeerIdentity = [hostile] });

            Assert.All(line, b => Assert.InRange(b, (byte)0x20, (byte)0x7E));
            AuditEvent back = AuditText.Read(line);
            Assert.Equal((hostile, hostile, hostile), (back.Reason, back.Service, Assert.Single(back.PeerIdentity!)));
        }
    }

    [Fact]
    public void Text_without_an_end_is_cut()
    {
        AuditEvent back = AuditText.Read(AuditText.Write(AuditFolder.Event(new string('x', 1_000_000))));

        Assert.Equal(new string('x', AuditText.MaxLength - 1) + "\u2026", back.Reason);
    }

    [Fact]
    public void A_name_cannot_end_its_line_early()
    {
        byte[] line = new AuditChain(0, AuditLine.Beginning).Append(AuditFolder.Event("\",\"hash\":\"" + new string('0', 64) + "\"}"));

        Assert.True(AuditLine.TrySplit(line, out ReadOnlySpan<byte> body, out byte[] claimed));
        Assert.Equal(claimed, AuditLine.Hash(AuditLine.Beginning, body));
        Assert.DoesNotContain(",\"hash\"", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }
}
