using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>A remembered acceptance must never outlive its reasons.</summary>
public sealed class VerdictCacheTests : IDisposable
{
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly FakeTimeProvider _time;
    private readonly PeerCertificateVerifier _verifier;
    private readonly TestLeaf _good = new("be1.lab.test");

    public VerdictCacheTests()
    {
        _time = new FakeTimeProvider(_authority.Now);
        using var own = _authority.Issue("fe1.lab.test");
        _verifier = new(TrustedRoots.FromCertificates(_authority.Certificate), _time, own.RawData);
    }

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void The_second_look_at_a_chain_comes_from_the_cache()
    {
        var chain = _authority.ChainOf(_good);
        var first = _verifier.Verify(chain, PeerRole.Responder);
        Assert.Same(first, _verifier.Verify([.. chain.Select(der => der.ToArray())], PeerRole.Responder));
        Assert.Equal(1, _verifier.CachedChains);
    }

    [Fact]
    public void What_was_accepted_in_one_role_is_not_accepted_in_the_other()
    {
        var chain = _authority.ChainOf(_good.WithPurposes(TestLeaf.ServerAuthentication));
        Assert.True(_verifier.Verify(chain, PeerRole.Responder).IsAccepted);
        Assert.False(_verifier.Verify(chain, PeerRole.Initiator).IsAccepted);
    }

    [Fact]
    public void A_remembered_chain_is_refused_as_soon_as_its_leaf_has_expired()
    {
        var chain = _authority.ChainOf(_good with { NotAfter = _authority.Now.AddMinutes(10) });
        Assert.True(_verifier.Verify(chain, PeerRole.Responder).IsAccepted);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(IdentityRefusal.Expired, _verifier.Verify(chain, PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void A_remembered_chain_is_refused_as_soon_as_its_intermediate_has_expired()
    {
        using var intermediate = _authority.Intermediate(TestAuthority.AuthorityNamed("Brief") with { NotAfter = _authority.Now.AddMinutes(10) });
        var chain = intermediate.ChainOf(_good);
        var accepted = _verifier.Verify(chain, PeerRole.Responder);
        Assert.Equal(intermediate.Certificate.NotAfter.ToUniversalTime(), accepted.Identity?.NotAfter.UtcDateTime);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(IdentityRefusal.Expired, _verifier.Verify(chain, PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void A_remembered_chain_is_refused_if_the_clock_goes_back_before_its_validity()
    {
        var time = new FakeTimeProvider(_authority.Now) { AutoAdvanceAmount = TimeSpan.Zero };
        time.AdjustTime(_authority.Now);
        using var own = _authority.Issue("fe1.lab.test");
        var verifier = new PeerCertificateVerifier(TrustedRoots.FromCertificates(_authority.Certificate), time, own.RawData);
        var chain = _authority.ChainOf(_good);
        Assert.True(verifier.Verify(chain, PeerRole.Responder).IsAccepted);
        time.AdjustTime(_authority.Now.AddHours(-2));
        Assert.Equal(IdentityRefusal.NotYetValid, verifier.Verify(chain, PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void New_roots_forget_what_the_old_ones_accepted()
    {
        var chain = _authority.ChainOf(_good);
        Assert.True(_verifier.Verify(chain, PeerRole.Responder).IsAccepted);
        using var other = TestAuthority.Create("Other Authority");
        _verifier.ReplaceTrust(TrustedRoots.FromCertificates(other.Certificate), RevocationLists.None);
        Assert.Equal(IdentityRefusal.UntrustedRoot, _verifier.Verify(chain, PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void Refusals_are_not_remembered()
    {
        _verifier.Verify(_authority.ChainOf(_good.WithoutExtendedKeyUsage()), PeerRole.Responder);
        Assert.Equal(0, _verifier.CachedChains);
    }

    [Fact]
    public void The_oldest_entry_makes_room_for_a_new_one()
    {
        var cache = new VerdictCache(capacity: 2);
        var verdict = new PeerVerdict(new CertificateProblem(IdentityRefusal.Malformed, "stands for any"));
        foreach (var key in (string[])["a", "b", "b", "c"])
            cache.Add(key, verdict, DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        Assert.Equal(2, cache.Count);
        Assert.False(cache.TryGet("a", _authority.Now, out _));
        Assert.True(cache.TryGet("b", _authority.Now, out _));
        Assert.True(cache.TryGet("c", _authority.Now, out _));
    }

    [Fact]
    public void The_key_tells_where_one_certificate_ends_and_the_next_begins() =>
        Assert.NotEqual(VerdictCache.KeyOf([[1, 2], [3]], PeerRole.Responder), VerdictCache.KeyOf([[1], [2, 3]], PeerRole.Responder));

    [Fact]
    public void Many_threads_get_the_same_answers()
    {
        using var stranger = TestAuthority.Create("Stranger");
        var good = Enumerable.Range(0, 8).Select(i => _authority.ChainOf(new TestLeaf($"be{i}.lab.test"))).ToList();
        var bad = stranger.ChainOf(_good);
        Parallel.For(0, 400, i =>
        {
            Assert.Equal($"be{i % 8}.lab.test", _verifier.Verify(good[i % 8], PeerRole.Responder).Identity?.Name);
            Assert.False(_verifier.Verify(bad, PeerRole.Responder).IsAccepted);
            if (i % 50 == 0)
                _verifier.ReplaceTrust(TrustedRoots.FromCertificates(_authority.Certificate), RevocationLists.None);
        });
    }
}
