using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Negotiation;

public sealed class FragmentationTests
{
    [Fact]
    public void Every_offset_may_be_a_cut()
    {
        int longest = 0;
        Complete((_, _, bytes) =>
        {
            longest = Math.Max(longest, bytes.Length);
            return [bytes];
        });
        for (int offset = 1; offset < longest; offset++)
        {
            int cut = offset;
            Complete((_, _, bytes) => cut < bytes.Length ? [bytes[..cut], bytes[cut..]] : [bytes]);
        }
    }

    [Fact]
    public void Bytes_may_come_one_by_one() => Complete((_, _, bytes) => bytes.Select(b => (byte[])[b]));

    [Fact]
    public void All_that_is_sent_at_once_may_come_at_once() => Complete((_, _, bytes) => [bytes], coalesced: true);

    private static void Complete(PairWire wire, bool coalesced = false)
    {
        var nodes = new PairNodes();
        foreach (string _ in (string[])["main mode and quick mode", "quick mode alone"])
        {
            using Pair pair = Pair.Run(nodes, wire, coalesced);
            pair.SendBothWays([1, 2], [3]);
            Assert.Equal([1, 2], pair.Responder.Delivered);
            Assert.Equal([3], pair.Initiator.Delivered);
        }
    }
}
