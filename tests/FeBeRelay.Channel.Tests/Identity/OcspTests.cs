using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>An answer is believed from the authority and from whom it has certified for that, about that certificate, while it counts; from nobody else.</summary>
public sealed class OcspTests : IDisposable
{
    private readonly TestAuthority _root = TestAuthority.Create();
    private readonly TestAuthority _intermediate;
    private readonly FakeTimeProvider _time;
    private readonly X509Certificate2 _peer;
    private readonly X509Certificate2 _own;
    private readonly Dictionary<CertificateId, OcspResponse> _answers = [];
    private readonly List<CertificateId> _seen = [];

    public OcspTests()
    {
        _intermediate = _root.Intermediate("Issuing");
        _time = new FakeTimeProvider(_root.Now);
        _peer = _intermediate.Issue("be1.lab.test");
        _own = _root.Issue("fe1.lab.test");
    }

    private TestResponder Responder => new(_intermediate, _time.GetUtcNow());

    public void Dispose()
    {
        _peer.Dispose();
        _own.Dispose();
        _intermediate.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData(0, CertificateStatus.Good)]
    [InlineData(1, CertificateStatus.Revoked)]
    [InlineData(2, CertificateStatus.Unknown)]
    public void The_authoritys_own_answer_is_believed(int status, CertificateStatus expected) =>
        Assert.Equal(expected, Parse((Responder with { Status = status }).AnswerAbout(_peer)).Status);

    [Fact]
    public void A_responder_that_the_authority_has_certified_for_it_is_believed()
    {
        using X509Certificate2 signer = _intermediate.Issue(Delegate);
        Assert.Equal(CertificateStatus.Good, Parse((Responder with { Signer = signer }).AnswerAbout(_peer)).Status);
    }

    [Fact]
    public void Nobody_else_is()
    {
        using X509Certificate2 node = _intermediate.Issue("be2.lab.test");
        AssertRefused("signed neither by", Responder with { Signer = node });
        using X509Certificate2 ofRoot = _root.Issue(Delegate);
        AssertRefused("signed neither by", Responder with { Signer = ofRoot });
        using TestAuthority namesake = _root.Intermediate("Issuing");
        using X509Certificate2 ofNamesake = namesake.Issue(Delegate);
        AssertRefused("signed neither by", Responder with { Signer = ofNamesake });
        AssertRefused("signed neither by", Responder with { Impostor = namesake });
        using X509Certificate2 over = _intermediate.Issue(Delegate with { NotBefore = _time.GetUtcNow().AddDays(-2), NotAfter = _time.GetUtcNow().AddDays(-1) });
        AssertRefused("signed neither by", Responder with { Signer = over });
        using X509Certificate2 signer = _intermediate.Issue(Delegate);
        AssertRefused("signed neither by", Responder with { Signer = signer, SendsSigner = false });
    }

    [Fact]
    public void An_answer_about_another_certificate_or_of_another_authority_is_refused()
    {
        using X509Certificate2 other = _intermediate.Issue("be2.lab.test");
        Assert.Contains("about another certificate", Refusal(Responder.AnswerAbout(other)), StringComparison.Ordinal);
        Assert.Contains("signed neither by", Refusal(new TestResponder(_root, _time.GetUtcNow()).AnswerAbout(_peer)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_does_not_count_now_is_refused()
    {
        AssertRefused("not now", Responder with { Now = _time.GetUtcNow().AddDays(-2), NextUpdate = _time.GetUtcNow().AddDays(-1) });
        AssertRefused("not now", Responder with { Now = _time.GetUtcNow().AddMinutes(6) });
        Assert.Equal(CertificateStatus.Good, Parse((Responder with { Now = _time.GetUtcNow().AddMinutes(4) }).AnswerAbout(_peer)).Status);
        AssertRefused("no nextUpdate", Responder with { NextUpdate = null });
    }

    [Fact]
    public void What_is_no_answer_and_what_would_need_rules_of_its_own_is_refused()
    {
        AssertRefused("the responder says TryLater", Responder with { ResponseStatus = 3 });
        AssertRefused("critical extension", Responder with { HasCriticalExtension = true });
        Assert.Contains("not an answer", Refusal("<html>"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_is_refused()
    {
        using X509Certificate2 signer = _intermediate.Issue(Delegate);
        byte[] der = (Responder with { Signer = signer, Status = 1 }).AnswerAbout(_peer);
        for (int i = 0; i < der.Length; i++)
        {
            Assert.StartsWith("test: ", Refusal(der[..i]), StringComparison.Ordinal);
            byte[] changed = [.. der];
            changed[i] ^= 0x10;
            try
            {
                // What is not signed (the certificate's own encoding aside) may change and mean the same.
                Assert.Equal(CertificateStatus.Revoked, Parse(changed).Status);
            }
            catch (IdentityException)
            {
                // Refused.
            }
        }
    }

    [Fact]
    public void A_certificate_is_refused_or_accepted_by_its_answers_and_unknown_as_told()
    {
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(refusesUnknown: true));
        Assert.Equal(2, _seen.Distinct().Count());
        Assert.Null(Refusal(refusesUnknown: false));

        Answer(_root, _intermediate.Certificate, status: 0);
        Answer(_intermediate, _peer, status: 2);
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(refusesUnknown: true));

        Answer(_intermediate, _peer, status: 0);
        Assert.Null(Refusal(refusesUnknown: true));

        Answer(_intermediate, _peer, status: 1);
        Assert.Equal(IdentityRefusal.Revoked, Refusal(refusesUnknown: true));
        Assert.Equal(IdentityRefusal.Revoked, Refusal(refusesUnknown: false));
    }

    [Fact]
    public void A_revoked_intermediate_takes_its_leaves_along()
    {
        Answer(_root, _intermediate.Certificate, status: 1);
        Answer(_intermediate, _peer, status: 0);
        Assert.Equal(IdentityRefusal.Revoked, Refusal(refusesUnknown: false));
    }

    [Fact]
    public void An_acceptance_ends_with_its_answer_and_revoked_stays_revoked()
    {
        Answer(_root, _intermediate.Certificate, status: 0);
        Answer(_intermediate, _peer, status: 0);
        PeerCertificateVerifier verifier = Verifier(refusesUnknown: true);
        Assert.True(verifier.Verify(_intermediate.ChainOf(_peer), PeerRole.Responder).IsAccepted);
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(IdentityRefusal.RevocationUnknown, verifier.Verify(_intermediate.ChainOf(_peer), PeerRole.Responder).Problem?.Refusal);

        Answer(_intermediate, _peer, status: 1);
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(IdentityRefusal.Revoked, Refusal(refusesUnknown: true));
    }

    private static TestLeaf Delegate => new("responder") { DnsNames = [], Purposes = [TestResponder.OcspSigning] };

    private void Answer(TestAuthority authority, X509Certificate2 certificate, int status)
    {
        CertificateId id = CertificateId.Of(certificate, authority.Certificate);
        byte[] answer = new TestResponder(authority, _time.GetUtcNow()) { Status = status }.AnswerAbout(certificate);
        _answers[id] = OcspResponse.Parse(answer, id, authority.Certificate, _time.GetUtcNow(), "test");
    }

    private IdentityRefusal? Refusal(bool refusesUnknown) => Verifier(refusesUnknown).Verify(_intermediate.ChainOf(_peer), PeerRole.Responder).Problem?.Refusal;

    private PeerCertificateVerifier Verifier(bool refusesUnknown) => new(
        TrustedRoots.FromCertificates(_root.Certificate), new RevocationLists([], refusesUnknown, new OcspAnswers(_answers, (id, _) => _seen.Add(id))), _time, _own.RawData);

    private OcspResponse Parse(byte[] answer) =>
        OcspResponse.Parse(answer, CertificateId.Of(_peer, _intermediate.Certificate), _intermediate.Certificate, _time.GetUtcNow(), "test");

    private string Refusal(byte[] answer) => Assert.Throws<IdentityException>(() => Parse(answer)).Message;

    private void AssertRefused(string why, TestResponder responder) => Assert.Contains(why, Refusal(responder.AnswerAbout(_peer)), StringComparison.Ordinal);
}
