using System.Reflection;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>A leaf whose key is kept is verified as strictly as one that is read anew, and strangers leave nothing behind.</summary>
public sealed class KnownLeavesTests
{
    private static readonly TestIdentity Peer = TestIdentity.Of(Role.Responder);
    private static readonly TestIdentity Other = TestIdentity.Of(Role.Initiator);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wrong_signature_is_refused_whether_the_leaf_is_known_or_not(bool isKnown)
    {
        var leaves = new KnownLeaves(capacity: 2);
        if (isKnown)
        {
            leaves.Accept(Peer.Leaf);
        }
        byte[] signature = Peer.Sign([1]);
        for (int i = 0; i < 3; i++)
        {
            leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], signature);

            Violation.Of(ProtocolError.BadSignature, () => leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [2], signature));
            Violation.Of(ProtocolError.BadSignature, () => leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], Other.Sign([1])));
            Violation.Of(ProtocolError.BadSignature, () => leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], signature.AsSpan(0, signature.Length - 1)));
            Violation.Of(ProtocolError.BadSignature, () => leaves.Verify(Peer.Leaf, SignatureScheme.RsaPssSha256, [1], signature));
            Violation.Of(ProtocolError.BadMessage, () => leaves.Verify([.. Peer.Leaf, 0], Peer.Local.Scheme, [1], signature));
        }
        Assert.Equal(isKnown ? 1 : 0, KeysOf(leaves).Count);
    }

    [Fact]
    public void The_key_of_an_accepted_leaf_is_read_once_more_and_then_kept()
    {
        var leaves = new KnownLeaves(capacity: 2);
        leaves.Accept(Peer.Leaf);
        Assert.Equal([null], KeysOf(leaves).Values);

        leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], Peer.Sign([1]));
        LeafKey? kept = KeysOf(leaves).Values.Single();
        leaves.Accept(Peer.Leaf);
        leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [2], Peer.Sign([2]));

        Assert.NotNull(kept);
        Assert.Equal([kept], KeysOf(leaves).Values);
    }

    [Fact]
    public void The_oldest_makes_room_and_is_read_anew()
    {
        var leaves = new KnownLeaves(capacity: 1);
        leaves.Accept(Peer.Leaf);
        leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], Peer.Sign([1]));
        leaves.Accept(Other.Leaf);

        Assert.Equal([null], KeysOf(leaves).Values);
        leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], Peer.Sign([1]));
        leaves.Verify(Other.Leaf, Other.Local.Scheme, [1], Other.Sign([1]));
        Assert.Single(KeysOf(leaves));
    }

    [Fact]
    public void Main_mode_has_a_leaf_kept_only_when_its_chain_has_passed()
    {
        MainModeSettings initiator = MainModeRun.Settings(Role.Initiator) with { Identity = TestIdentity.Create("fe1.lab.test").Local };
        MainModeSettings responder = MainModeRun.Settings(Role.Responder) with { Identity = TestIdentity.Create("be1.lab.test").Local };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(initiator, Demand.Require, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(responder, started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);
        using InitiatorAwaitingVerdict judging = awaiting.Receive(r3);

        Assert.Throws<InvalidOperationException>(() => judging.Proceed(TestIdentity.Of(Role.Responder).Verified));
        Assert.Empty(KeysOf(initiator.Identity.KnownLeaves));

        for (int i = 0; i < 3; i++)
        {
            MainModeRun.Complete(initiator, responder);
            Assert.Equal(i > 0, KeysOf(initiator.Identity.KnownLeaves).Values.Single() is not null);
            Assert.Equal(i > 0, KeysOf(responder.Identity.KnownLeaves).Values.Single() is not null);
        }
    }

    [Fact]
    public void Threads_may_share_it()
    {
        var leaves = new KnownLeaves(capacity: 1);
        byte[] one = Peer.Sign([1]), two = Other.Sign([1]);

        Parallel.For(0, 500, i =>
        {
            leaves.Accept(i % 7 == 0 ? Other.Leaf : Peer.Leaf);
            leaves.Verify(Peer.Leaf, Peer.Local.Scheme, [1], one);
            leaves.Verify(Other.Leaf, Other.Local.Scheme, [1], two);
        });

        Assert.Single(KeysOf(leaves));
    }

    private static Dictionary<string, LeafKey?> KeysOf(KnownLeaves leaves) =>
        (Dictionary<string, LeafKey?>)typeof(KnownLeaves).GetField("_keys", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(leaves)!;
}
