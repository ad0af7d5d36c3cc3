using CsCheck;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>Any chunks in any fragmentation, both ways, come out the same.</summary>
public sealed class FragmentationTests
{
    private static readonly Gen<byte[][]> Chunks =
        Gen.Frequency((8, Gen.Byte.Array[1, 300]), (1, Gen.Byte.Array[1, 5_000]), (1, Gen.Byte.Select(b => Enumerable.Repeat(b, Limits.MaxPlaintext).ToArray())))
            .Array[0, 12];

    private static readonly Gen<int[]> Cuts = Gen.Frequency((3, Gen.Int[1, 40]), (1, Gen.Int[1, 100_000])).Array[1, 20];

    [Fact]
    public void Any_chunks_in_any_fragmentation_come_out_the_same() =>
        Gen.Select(Chunks, Chunks, Cuts, Gen.Int[0, 3]).Sample((there, back, cuts, updates) =>
        {
            using ChannelPair pair = ChannelPair.Create();
            pair.Responder.Receive(pair.Initiator.Open());
            Pass(pair.Initiator, pair.Responder, there, cuts, updates);
            Pass(pair.Responder, pair.Initiator, back, cuts, updates);

            Assert.Equal(there.SelectMany(c => c), pair.Responder.Delivered);
            Assert.Equal(back.SelectMany(c => c), pair.Initiator.Delivered);
            Assert.True(pair.Initiator.Core.Sender.IsIdle);
        }, iter: 60, threads: 1);

    private static void Pass(ChannelEnd from, ChannelEnd to, byte[][] chunks, int[] cuts, int updates)
    {
        var wire = new List<byte>();
        for (int i = 0; i < chunks.Length; i++)
        {
            wire.AddRange(i < updates ? from.UpdateKey() : []);
            wire.AddRange(from.Data(chunks[i]));
        }
        wire.AddRange(from.End());
        byte[] bytes = [.. wire];
        for (int at = 0, cut = 0; at < bytes.Length; cut++)
        {
            // Small cuts at first; then what is left in larger ones, so that a long stream ends.
            int size = Math.Min(bytes.Length - at, cut < 200 ? cuts[cut % cuts.Length] : 50_000);
            to.Receive(bytes.AsSpan(at, size));
            at += size;
        }
    }
}
