using System.Net;
using FeBeRelay.Channel.Budgets;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Budgets;

/// <summary>Who is heard at a node port, and who may cost public-key work.</summary>
public sealed class NegotiationBudgetTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly NegotiationBudget _budget;

    public NegotiationBudgetTests() => _budget = new NegotiationBudget(connections: 10_000, _time);

    [Fact]
    public void One_strange_address_gets_its_share_and_leaves_room_for_others()
    {
        Assert.Equal(NegotiationLimits.HardSource, Fill("192.0.2.1"));
        Assert.Null(Enter("192.0.2.1", out string? refusal));
        Assert.Contains("that address", refusal, StringComparison.Ordinal);
        Assert.NotNull(Enter("192.0.2.2", out _));
    }

    [Fact]
    public void The_soft_limit_warns_before_the_hard_one_refuses()
    {
        var warnings = new List<string?>();
        for (int i = 0; i < NegotiationLimits.HardSource; i++)
        {
            _budget.Enter(IPAddress.Parse("192.0.2.1"), out _, out string? warning);
            warnings.Add(warning);
        }

        Assert.All(warnings[..NegotiationLimits.SoftSource], Assert.Null);
        Assert.All(warnings[NegotiationLimits.SoftSource..], Assert.NotNull);
    }

    [Fact]
    public void All_strangers_together_leave_room_for_known_addresses()
    {
        Prove("198.51.100.1");
        int strangers = Enumerable.Range(1, 200).Sum(i => Fill($"192.0.2.{i}", 10));

        Assert.Equal(NegotiationLimits.HardStrangers, strangers);
        Assert.Equal(NegotiationLimits.HardAll - NegotiationLimits.HardStrangers, Fill("198.51.100.1"));
        Assert.Null(Enter("198.51.100.1", out string? refusal));
        Assert.Contains($"{NegotiationLimits.HardAll}", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_over_makes_room()
    {
        NegotiationSlot first = Enter("192.0.2.1", out _)!;
        Fill("192.0.2.1");

        first.Dispose();
        first.Dispose();

        Assert.Equal(NegotiationLimits.HardSource - 1, _budget.Running);
        Assert.NotNull(Enter("192.0.2.1", out _));
        Assert.Null(Enter("192.0.2.1", out _));
    }

    [Fact]
    public void A_known_address_is_a_stranger_again_after_an_hour()
    {
        Prove("198.51.100.1");
        _time.Advance(NegotiationLimits.KnownFor);

        Assert.Equal(NegotiationLimits.HardSource, Fill("198.51.100.1"));
    }

    [Fact]
    public void A_stranger_has_so_many_main_modes_answered_and_then_so_many_a_second()
    {
        NegotiationSlot slot = Enter("192.0.2.1", out _)!;

        Assert.Equal(NegotiationLimits.MainModesOfStranger.AtOnce, Answered(slot));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(NegotiationLimits.MainModesOfStranger.PerSecond, Answered(slot));
    }

    [Fact]
    public void All_strangers_together_have_so_many_main_modes_answered_and_known_addresses_go_on()
    {
        Prove("198.51.100.1");
        double answered = Enumerable.Range(1, 50).Sum(i => Answered(Enter($"192.0.2.{i}", out _)!));

        Assert.Equal(NegotiationLimits.MainModesOfStrangers.AtOnce, answered);
        Assert.Equal(NegotiationLimits.MainModesOfKnown.AtOnce, Answered(Enter("198.51.100.1", out _)!));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void A_host_of_IPv6_is_its_64_and_a_mapped_address_is_its_IPv4(string one, string other, bool same) =>
        Assert.Equal(same, SourceAccount.KeyOf(IPAddress.Parse(one)).Equals(SourceAccount.KeyOf(IPAddress.Parse(other))));

    [Fact]
    public void Ever_new_addresses_take_no_ever_new_memory_and_share_one_account_in_the_end()
    {
        for (int i = 0; i < NegotiationLimits.Sources; i++)
        {
            // Used up, so that it is not forgotten.
            Answered(_budget.Enter(new IPAddress(0x0A000000L + i), out _, out _) is { } slot ? Left(slot) : throw new InvalidOperationException());
        }
        NegotiationSlot other = Enter("192.0.2.1", out _)!;
        Assert.Equal(NegotiationLimits.Sources, _budget.Accounts);
        other.PeerProved();

        _time.Advance(TimeSpan.FromMinutes(1));
        Enter("192.0.2.2", out _)!.Dispose();
        Assert.True(_budget.Accounts < 10, $"{_budget.Accounts} accounts are kept");
    }

    private NegotiationSlot? Enter(string from, out string? refusal) => _budget.Enter(IPAddress.Parse(from), out refusal, out _);

    private int Fill(string from, int most = int.MaxValue)
    {
        int entered = 0;
        while (entered < most && Enter(from, out _) is not null)
        {
            entered++;
        }
        return entered;
    }

    private void Prove(string from)
    {
        using NegotiationSlot slot = Enter(from, out _)!;
        slot.PeerProved();
    }

    private static NegotiationSlot Left(NegotiationSlot slot)
    {
        slot.Dispose();
        return slot;
    }

    private static double Answered(NegotiationSlot slot)
    {
        int answered = 0;
        while (slot.MayDoMainMode())
        {
            answered++;
        }
        return answered;
    }
}
