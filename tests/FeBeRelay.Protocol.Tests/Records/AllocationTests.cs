using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Records;

/// <summary>The way of the bytes makes no garbage.</summary>
public sealed class AllocationTests
{
    private const int Count = 10_000;

    public static TheoryData<string, int> Cases => new(
        from suite in Suite.All from size in (int[])[1_024, Limits.MaxPlaintext] select (suite.Name, size));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sealing_and_opening_data_records_allocates_nothing(string suite, int size)
    {
        using ChannelPair pair = ChannelPair.Create(Suite.Find(suite));
        pair.Responder.Receive(pair.Initiator.Open());
        ChannelSender sender = pair.Initiator.Core.Sender;
        ChannelReceiver receiver = pair.Responder.Core.Receiver;
        var memory = new byte[ChannelSender.Headroom + size + ChannelSender.Tailroom];
        SealAndOpen(sender, receiver, memory, size, 100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        SealAndOpen(sender, receiver, memory, size, Count);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, after - before);
    }

    private static void SealAndOpen(ChannelSender sender, ChannelReceiver receiver, byte[] memory, int size, int count)
    {
        for (int i = 0; i < count; i++)
        {
            (int start, int length) = sender.SealData(memory, ChannelSender.Headroom, size, TimeSpan.Zero);
            receiver.Receive(memory.AsSpan(start, length), TimeSpan.Zero, out _);
        }
    }
}
