using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Fleet;
using Xunit;

namespace FeBeRelay.Relay.Tests.Fleet;

/// <summary>A node follows its fleet's bundles: forwards only, at their time, and keeps what it has when something is wrong.</summary>
public sealed class FleetAgentTests : IDisposable
{
    private readonly FleetSite _site = new();

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task A_bundle_takes_effect_as_soon_as_it_is_there()
    {
        await using FleetAgent agent = _site.Start();
        Assert.Equal("server", _site.Policy.Current.Posture.Name);

        _site.Publish(_site.Sign(_site.Json(1)));
        await PollUntilAsync(agent, () => agent.InEffect?.Version == 1);

        Assert.Equal(("lab.test/Front Ends v1", "secureServer"), (_site.Policy.Current.Name, _site.Policy.Current.Posture.Name));
        Assert.Single(_site.Audit.Events, e => e.Id == (int)AuditEventId.BundleTaken);
    }

    [Fact]
    public async Task What_goes_out_is_prepared_at_once_and_everything_switches_at_its_time()
    {
        DateTimeOffset activate = new(_site.Time.GetUtcNow().UtcDateTime.AddMinutes(30).Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        _site.Publish(_site.Sign(_site.Json(1, activate)));
        await using FleetAgent agent = _site.Start();
        await PollUntilAsync(agent, () => _site.Policy.Outward.Prepared is not null);

        Assert.Equal(("server", "secureServer"), (_site.Policy.Current.Posture.Name, OutwardRule()));
        _site.Time.Advance(activate - _site.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        Assert.Null(agent.InEffect);
        _site.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(("secureServer", "secureServer"), (_site.Policy.Current.Posture.Name, OutwardRule()));
        Assert.Equal(1, agent.InEffect?.Version);
    }

    [Fact]
    public async Task A_bundle_that_loosens_lets_nothing_more_out_before_its_time()
    {
        using var site = new FleetSite("Pinned");
        DateTimeOffset activate = site.Time.GetUtcNow().AddMinutes(30);
        site.Publish(site.Sign(site.Json(1, activate)));
        await using FleetAgent agent = site.Start();
        await PollUntilAsync(agent, () => site.Policy.Outward.Prepared is not null);

        Assert.Equal(("client", "server"), (site.Policy.Outward.Prepared?.Posture.Name, OutwardRule(site)));
        site.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(("client", "client"), (site.Policy.Current.Posture.Name, OutwardRule(site)));
    }

    [Fact]
    public async Task A_restart_while_a_bundle_waits_goes_on_with_the_one_in_effect_and_switches_at_the_same_time()
    {
        DateTimeOffset activate = _site.Time.GetUtcNow().AddHours(2);
        _site.Publish(_site.Sign(_site.Json(1)));
        await using (FleetAgent first = _site.Start())
        {
            await PollUntilAsync(first, () => first.InEffect?.Version == 1);
            _site.Publish(_site.Sign(_site.Json(2, activate)));
            await PollUntilAsync(first, () => first.Newest?.Version == 2);
        }
        File.Delete(_site.Source);

        await using FleetAgent second = _site.Start();
        Assert.Equal((1, 2), (second.InEffect?.Version, second.Newest?.Version));
        _site.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(2, second.InEffect?.Version);
    }

    [Fact]
    public async Task Nothing_older_tampered_foreign_ended_or_wrongly_signed_changes_anything_and_each_is_audited()
    {
        byte[] replayed = _site.Sign(_site.Json(4));
        _site.Publish(_site.Sign(_site.Json(5)));
        await using FleetAgent agent = _site.Start();
        await PollUntilAsync(agent, () => agent.InEffect?.Version == 5);
        byte[] tampered = _site.Sign(_site.Json(6));
        tampered[tampered.AsSpan().IndexOf("\"version\": 6"u8) + 11] = (byte)'7';
        using var stranger = _site.Authority.Issue("policy.lab.test");
        (byte[] Envelope, string Reason)[] refused =
        [
            (replayed, "older than version 5"),
            (_site.Sign(_site.Json(5, notAfter: _site.Time.GetUtcNow().AddDays(2))), "other content"),
            (tampered, "was changed"),
            (_site.Sign(_site.Json(6, fleet: "other.test")), "of the fleet other.test"),
            (_site.Sign(_site.Json(6, notAfter: _site.Time.GetUtcNow().AddSeconds(-1))), "ended at"),
            (_site.Sign(_site.Json(6), stranger), "signer is refused"),
            (_site.Sign("{}"u8.ToArray()), "content is wrong"),
            ([1, 2, 3], "no signed bundle"),
        ];
        for (int i = 0; i < refused.Length; i++)
        {
            int expected = i + 1;
            _site.Publish(refused[i].Envelope);
            await PollUntilAsync(agent, () => _site.Audit.Events.Count(e => e.Id == (int)AuditEventId.BundleRefused) == expected);
            Assert.Contains(refused[i].Reason, _site.Audit.Events[^1].Reason, StringComparison.Ordinal);
            Assert.Equal("lab.test/Front Ends v5", _site.Policy.Current.Name);
        }

        _site.Publish(_site.Sign(_site.Json(6)));
        await PollUntilAsync(agent, () => agent.InEffect?.Version == 6);
    }

    [Fact]
    public async Task A_restarted_node_does_not_go_back_either()
    {
        _site.Publish(_site.Sign(_site.Json(5)));
        await using (FleetAgent first = _site.Start())
        {
            await PollUntilAsync(first, () => first.InEffect?.Version == 5);
        }
        _site.Publish(_site.Sign(_site.Json(4)));

        await using FleetAgent second = _site.Start();
        await PollUntilAsync(second, () => _site.Audit.Events.Any(e => e.Id == (int)AuditEventId.BundleRefused));
        Assert.Equal(5, second.InEffect?.Version);
    }

    [Theory]
    [InlineData("keep", "lab.test/Front Ends v1")]
    [InlineData("secureServer", "secureServer")]
    public async Task An_ended_bundle_is_told_and_kept_or_closed_as_stated(string whenStale, string policy)
    {
        _site.Publish(_site.Sign(_site.Json(1, notAfter: _site.Time.GetUtcNow().AddHours(1))));
        await using FleetAgent agent = _site.Start(whenStale);
        await PollUntilAsync(agent, () => agent.InEffect is not null);

        _site.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(policy, _site.Policy.Current.Name);
        Assert.Single(_site.Audit.Events, e => e.Id == (int)AuditEventId.BundleStale);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_switches_within_ten_seconds_and_one_that_is_set_back_does_not_switch_back()
    {
        _site.Publish(_site.Sign(_site.Json(1, activate: _site.Time.GetUtcNow().AddHours(2))));
        await using FleetAgent agent = _site.Start();
        await PollUntilAsync(agent, () => agent.Newest is not null);
        Assert.Null(agent.InEffect);

        _site.Time.SetBy(TimeSpan.FromHours(3));
        _site.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("lab.test/Front Ends v1", _site.Policy.Current.Name);

        _site.Time.SetBy(TimeSpan.FromDays(-1));
        _site.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("lab.test/Front Ends v1", _site.Policy.Current.Name);
        Assert.Equal(1, agent.InEffect?.Version);
    }

    [Fact]
    public async Task A_cache_that_was_changed_is_not_used()
    {
        byte[] envelope = _site.Sign(_site.Json(1));
        envelope[envelope.AsSpan().IndexOf("secureServer"u8)] ^= 1;
        File.WriteAllBytes(_site.Folder["fe1.fleet"], envelope);

        await using FleetAgent agent = _site.Start();

        Assert.Null(agent.InEffect);
        Assert.Contains(_site.Audit.Events, e => e.Id == (int)AuditEventId.BundleRefused);
        Assert.Equal("server", _site.Policy.Current.Name);
    }

    private string OutwardRule() => OutwardRule(_site);

    private static string OutwardRule(FleetSite site) => site.Policy.Outward.Find(new Traffic(Direction.Outbound)).Name;

    /// <summary>Without moving the clock: bundles end.</summary>
    private static async Task PollUntilAsync(FleetAgent agent, Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await agent.PollAsync();
            await Task.Yield();
        }
    }
}
