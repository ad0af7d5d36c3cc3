using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;
using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Group <c>p256-mlkem768</c> (clause 2.2): both nodes have it from main mode on, and nobody in between takes it from them.</summary>
public sealed class HybridExchangeTests
{
    private static readonly Group Hybrid = Group.P256MlKem768;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Main_mode_and_quick_mode_with_forward_secrecy_make_a_channel_that_carries_bytes(bool coalesced)
    {
        using var pair = Pair.Run(NodesWith([Hybrid, Group.P256], [Group.P256, Hybrid]), coalesced: coalesced);

        pair.SendBothWays([1, 2, 3], [4]);

        Assert.Equal([1, 2, 3], pair.Responder.Delivered);
        Assert.Equal([4], pair.Initiator.Delivered);
    }

    [Fact]
    public void Every_byte_may_arrive_alone()
    {
        using var pair = Pair.Run(NodesWith([Hybrid], [Hybrid]), (_, _, bytes) => bytes.Select(b => (byte[])[b]));

        pair.SendBothWays([1], [2]);

        Assert.Equal([1], pair.Responder.Delivered);
        Assert.Equal([2], pair.Initiator.Delivered);
    }

    [Fact]
    public void The_greatest_offer_stays_below_half_of_the_maximum()
    {
        MainModeSettings settings = MainModeRun.Settings(Role.Initiator, suites: Suite.All, groups: Group.All) with
        {
            Methods = [.. Enumerable.Range(0, MainModeMethod.MaxKeys).Select(i => new MainModeMethod(new PreSharedKey($"key{i}", new byte[32]))), MainModeMethod.Certificates],
            Instance = new byte[Limits.IdSize],
        };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(settings, Demand.Require, MainModeRun.Id);

        Assert.InRange(started.Message.Length, 1_249, RecordTypes.MaxLength(RecordType.InitiatorHello) / 2);
        Assert.Equal([Group.P256.Id, Group.P384.Id, Hybrid.Id, KeyGates.Number], InitiatorHello.Decode(started.Message).Shares.Select(s => s.Group));
        Assert.InRange(QuickMode.QuickModeRequest.MaxSize, 1_249, RecordTypes.MaxLength(RecordType.QuickModeRequest) - Limits.TagSize);
    }

    [Fact]
    public void The_responder_takes_the_first_of_the_initiators_order_that_it_allows()
    {
        Assert.Equal(Hybrid, GroupOf([Hybrid, Group.P256], [Group.P256, Hybrid]));
        Assert.Equal(Group.P256, GroupOf([Group.P256, Hybrid], [Hybrid, Group.P256]));
        Assert.Equal(Group.P256, GroupOf([Hybrid, Group.P256], [Group.P256, Group.P384]));
        Assert.Equal(Hybrid, GroupOf([Group.P256, Hybrid], [Hybrid]));
    }

    [Fact]
    public void Who_allows_nothing_but_the_hybrid_group_has_nothing_in_common_with_who_lacks_it()
    {
        Violation.Of(ProtocolError.NothingInCommon, () => GroupOf([Hybrid], [Group.P256, Group.P384]));
        Violation.Of(ProtocolError.NothingInCommon, () => GroupOf([Group.P256, Group.P384], [Hybrid]));
    }

    [Fact]
    public void Who_removes_the_hybrid_share_on_its_way_is_found_out()
    {
        MainModeSettings both = MainModeRun.Settings(Role.Initiator, groups: [Hybrid, Group.P256]);
        using InitiatorHelloSent started = InitiatorHelloSent.Start(both, Demand.Require, []);
        InitiatorHello hello = InitiatorHello.Decode(started.Message);
        byte[] less = (hello with { Shares = hello.Shares[1..] }).Encode();
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder, groups: [Hybrid, Group.P256]), less);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);

        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);

        Violation.Of(ProtocolError.CannotDecrypt, () => awaiting.Receive(r3));
    }

    [Fact]
    public void Who_turns_the_order_of_shares_round_on_their_way_is_found_out()
    {
        MainModeSettings both = MainModeRun.Settings(Role.Initiator, groups: [Hybrid, Group.P256]);
        using InitiatorHelloSent started = InitiatorHelloSent.Start(both, Demand.Require, []);
        InitiatorHello hello = InitiatorHello.Decode(started.Message);
        byte[] turned = (hello with { Shares = [hello.Shares[1], hello.Shares[0]] }).Encode();
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder, groups: [Hybrid, Group.P256]), turned);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);

        using InitiatorAwaitingAuthentication awaiting = started.Receive(r2);

        Violation.Of(ProtocolError.CannotDecrypt, () => awaiting.Receive(r3));
    }

    [Fact]
    public void An_offer_whose_key_is_out_of_range_is_a_bad_share()
    {
        byte[] offered = [.. Offer().Public];
        offered[Hybrid.PointSize] = 0xFF;
        offered[Hybrid.PointSize + 1] |= 0x0F;

        Violation.Of(ProtocolError.BadShare, () => Answer(offered));
    }

    [Fact]
    public void An_offer_whose_point_is_none_is_a_bad_share()
    {
        byte[] offered = [.. Offer().Public];
        offered[Hybrid.PointSize - 1] ^= 1;

        Violation.Of(ProtocolError.BadShare, () => Answer(offered));
    }

    [Fact]
    public void Ones_own_point_that_comes_back_in_an_answer_is_a_reflection()
    {
        using KeyShare own = Offer();
        byte[] answer = [.. own.Public.AsSpan(0, Hybrid.PointSize), .. new byte[MlKem768.CiphertextSize]];

        Violation.Of(ProtocolError.Reflected, () => own.Agree(answer));
    }

    [Fact]
    public void Ones_own_whole_share_that_comes_back_is_no_answer()
    {
        using KeyShare own = Offer();

        Violation.Of(ProtocolError.BadShare, () => own.Agree(own.Public));
    }

    [Fact]
    public void A_ciphertext_for_another_key_gives_another_secret_and_no_error()
    {
        using KeyShare one = Offer(), other = Offer();
        (byte[] answer, Secret shared) = KeyShare.Answer(Hybrid, one.Public, NodeEntropy.Instance);
        using Secret right = one.Agree(answer), wrong = other.Agree(answer);

        Assert.True(right.Span.SequenceEqual(shared.Span));
        Assert.False(wrong.Span[Hybrid.CoordinateSize..].SequenceEqual(shared.Span[Hybrid.CoordinateSize..]));
        shared.Dispose();
    }

    [Fact]
    public void Nobody_has_the_secret_who_has_one_half_of_it()
    {
        ECParameters key = RecordedEntropy.NewKey(Group.P256);
        byte[] seed = RandomNumberGenerator.GetBytes(MlKem768.SeedSize);
        IMlKem768 mlKem = NodeEntropy.Instance.MlKem;
        using var own = new KeyShare(Hybrid, KeyAgreement.InUse.Import(Hybrid, key), mlKem.CreateKey(seed));
        using var samePoint = new KeyShare(Hybrid, KeyAgreement.InUse.Import(Hybrid, key), mlKem.CreateKey(RandomNumberGenerator.GetBytes(MlKem768.SeedSize)));
        using var sameKey = new KeyShare(Hybrid, KeyAgreement.InUse.Create(Hybrid), mlKem.CreateKey(seed));
        (byte[] answer, Secret shared) = KeyShare.Answer(Hybrid, own.Public, NodeEntropy.Instance);

        using Secret byPoint = samePoint.Agree(answer), byKey = sameKey.Agree(answer);

        Assert.Equal((true, false), HalvesOf(byPoint, shared));
        Assert.Equal((false, true), HalvesOf(byKey, shared));
        shared.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_key_of_ML_KEM_goes_with_the_first_state(bool isAnswered)
    {
        var mlKem = new CountingMlKem(NodeEntropy.Instance.MlKem);
        var settings = MainModeRun.Settings(Role.Initiator, groups: [Hybrid], entropy: new PlatformEntropy(new Lazy<IMlKem768>(mlKem)));
        InitiatorHelloSent started = InitiatorHelloSent.Start(settings, Demand.Require, []);
        Assert.Equal(1, mlKem.Alive);

        if (isAnswered)
        {
            using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder, groups: [Hybrid]), started.Message);
            started.Receive(MainModeRun.Split(greeted.Messages).First).Dispose();
        }
        else
        {
            started.Dispose();
        }

        Assert.Equal(0, mlKem.Alive);
    }

    private static (bool Point, bool Key) HalvesOf(Secret one, Secret other) =>
        (one.Span[..32].SequenceEqual(other.Span[..32]), one.Span[32..].SequenceEqual(other.Span[32..]));

    private static KeyShare Offer() => KeyShare.Create(Hybrid, NodeEntropy.Instance);

    private static void Answer(byte[] offered) => KeyShare.Answer(Hybrid, offered, NodeEntropy.Instance).Shared.Dispose();

    private static PairNodes NodesWith(Group[] initiator, Group[] responder) => new()
    {
        InitiatorSettings = MainModeRun.Settings(Role.Initiator, groups: initiator),
        ResponderSettings = MainModeRun.Settings(Role.Responder, groups: responder),
    };

    private static Group GroupOf(Group[] initiator, Group[] responder) => MainModeRun.Complete(
        MainModeRun.Settings(Role.Initiator, groups: initiator), MainModeRun.Settings(Role.Responder, groups: responder)).Initiator.Group;

    /// <summary>Knows how many key pairs have not been let go.</summary>
    private sealed class CountingMlKem(IMlKem768 good) : IMlKem768
    {
        public int Alive { get; private set; }

        public IMlKem768Key CreateKey(ReadOnlySpan<byte> seed)
        {
            Alive++;
            return new Key(this, good.CreateKey(seed));
        }

        public void Encapsulate(ReadOnlySpan<byte> encapsulationKey, IEntropy entropy, Span<byte> ciphertext, Span<byte> secret) =>
            good.Encapsulate(encapsulationKey, entropy, ciphertext, secret);

        private sealed class Key(CountingMlKem owner, IMlKem768Key good) : IMlKem768Key
        {
            public void ExportEncapsulationKey(Span<byte> destination) => good.ExportEncapsulationKey(destination);

            public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => good.Decapsulate(ciphertext, secret);

            public void Dispose()
            {
                owner.Alive--;
                good.Dispose();
            }
        }
    }
}
