using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Negotiation;

public sealed class CompletionTests
{
    private static readonly byte[] Request = [1, 2, 3];
    private static readonly byte[] Response = [4, 5, 6, 7];

    public static TheoryData<string> Suites() => [.. Suite.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Main_mode_and_quick_mode_agree_on_everything(string suite)
    {
        var nodes = new PairNodes(Suite.Find(suite)) { ResponderLifetimes = new Lifetimes(600, 5, 60, 2_048) };
        using Pair pair = Pair.Run(nodes);

        AssertChannel(pair);
        MainModeResult initiator = pair.Initiator.MainMode!;
        MainModeResult responder = pair.Responder.MainMode!;
        Assert.Equal(suite, initiator.Suite.Name);
        Assert.Equal((responder.Suite, responder.Group, responder.Lifetimes), (initiator.Suite, initiator.Group, initiator.Lifetimes));
        Assert.Equal(new Lifetimes(600, 5, 60, 2_048), initiator.Lifetimes);
        Assert.Equal(responder.AssociationId.ToArray(), initiator.AssociationId.ToArray());
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Quick_mode_alone_makes_a_second_channel_with_other_keys(string suite)
    {
        var nodes = new PairNodes(Suite.Find(suite));
        using Pair first = Pair.Run(nodes);
        using Pair second = Pair.Run(nodes);

        AssertChannel(second);
        Assert.Null(second.Initiator.MainMode);
        Assert.Null(second.Responder.MainMode);
        Assert.NotEqual(first.Initiator.Secrets!.Hash, second.Initiator.Secrets!.Hash);
        Assert.NotEqual(first.Initiator.Secrets.Id, second.Initiator.Secrets.Id);
    }

    [Fact]
    public void Quick_mode_needs_no_share_where_nobody_demands_one()
    {
        var sizes = new List<int>();
        var nodes = new PairNodes { ForwardSecrecy = false };
        Pair.Run(nodes).Dispose();
        using Pair pair = Pair.Run(nodes, (_, index, bytes) =>
        {
            sizes.AddRange(index == 1 ? [bytes.Length] : []);
            return [bytes];
        });

        // Header, fields and binder (clauses 3.1 and 3.2), and no public value.
        Assert.Equal([5 + 1 + 1 + 16 + 8 + 32 + 4 + 48, 5 + 1 + 32 + 4 + 48], sizes);
        AssertChannel(pair);
    }

    private static void AssertChannel(Pair pair)
    {
        Assert.Equal((NegotiationStatus.Done, NegotiationStatus.Done), (pair.Initiator.Status, pair.Responder.Status));
        ChannelSecrets initiator = pair.Initiator.Secrets!;
        ChannelSecrets responder = pair.Responder.Secrets!;
        Assert.Equal(responder.Id, initiator.Id);
        Assert.Equal(responder.Hash, initiator.Hash);
        Assert.Equal((responder.SpiInitiator, responder.SpiResponder), (initiator.SpiInitiator, initiator.SpiResponder));
        pair.SendBothWays(Request, Response);
        Assert.Equal(Request, pair.Responder.Delivered);
        Assert.Equal(Response, pair.Initiator.Delivered);
    }
}
