using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Records;

/// <summary>No nonce is used twice under a key (4.2): the same text under the same key and nonce would be the same record.</summary>
public sealed class NonceTests
{
    private const int Records = 3_000;

    [Fact]
    public void The_same_text_is_never_the_same_record_whatever_happens_to_the_keys_between()
    {
        using ChannelPair pair = ChannelPair.Create();
        using ChannelPair other = ChannelPair.Create();
        var seen = new HashSet<string>();
        pair.Responder.Receive(pair.Initiator.Open());
        other.Responder.Receive(other.Initiator.Open());

        for (int i = 0; i < Records; i++)
        {
            foreach (ChannelEnd end in (ChannelEnd[])[pair.Initiator, pair.Responder, other.Initiator, other.Responder])
            {
                // Without the header: an epoch in it would make two records differ that are one.
                Assert.True(seen.Add(Convert.ToHexString(end.Data("the same text"u8).AsSpan(Protocol.Wire.RecordHeader.Size))));
                if (i % 7 == 0)
                {
                    // The cipher is let go of and made again of the same key.
                    end.Core.Rest();
                }
                if (i % 10 == 9)
                {
                    end.UpdateKey();
                }
            }
        }
        Assert.Equal(4 * Records, seen.Count);
    }
}
