using FeBeRelay.Testing.Channels;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Records;

/// <summary>A direction lets its cipher go while it is quiet, and nobody can tell from the records.</summary>
public sealed class RestTests
{
    [Fact]
    public void Records_behind_a_rest_of_both_ends_open_as_if_there_had_been_none()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        pair.Responder.Receive(pair.Initiator.Data(1, 2));

        pair.Initiator.Core.Rest();
        pair.Responder.Core.Rest();
        pair.Responder.Receive(pair.Initiator.Data(3));
        pair.Initiator.Receive(pair.Responder.Data(4));
        pair.Responder.Core.Rest();
        pair.Responder.Receive(pair.Initiator.UpdateKey());
        pair.Responder.Receive(pair.Initiator.Data(5));

        Assert.Equal([1, 2, 3, 5], pair.Responder.Delivered);
        Assert.Equal([4], pair.Initiator.Delivered);
    }

    [Fact]
    public void A_disposed_channel_does_not_make_its_cipher_again()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        pair.Initiator.Core.Dispose();

        Assert.Throws<ObjectDisposedException>(() => pair.Initiator.Data(1));
    }

    [Fact]
    public async Task Resting_at_any_moment_disturbs_nobody_who_seals_and_opens()
    {
        using ChannelPair pair = ChannelPair.Create();
        pair.Responder.Receive(pair.Initiator.Open());
        using var stop = new CancellationTokenSource();
        Task resting = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    pair.Initiator.Core.Rest();
                    pair.Responder.Core.Rest();
                }
            },
            TestContext.Current.CancellationToken);

        for (int i = 0; i < 2_000; i++)
        {
            pair.Responder.Receive(pair.Initiator.Data((byte)i));
        }
        await stop.CancelAsync();
        await resting;

        Assert.Equal(Enumerable.Range(0, 2_000).Select(i => (byte)i), pair.Responder.Delivered);
    }
}
