using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Enrollment;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Enrollment;

/// <summary>Who gets a certificate from the authority's desk, and who does not.</summary>
public sealed class EnrollmentDeskTests : IDisposable
{
    private static readonly IssueRequest Names = new("fe1") { DnsNames = ["fe1.lab.test", "fe.lab.test"], OrganizationalUnits = ["Front Ends"] };

    private readonly CertificateFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly CertificateAuthority _authority;
    private readonly CertificateFiles _files;
    private readonly EnrollmentDesk _desk;

    public EnrollmentDeskTests()
    {
        _authority = CertificateAuthority.Create("Site CA", _time);
        _files = new CertificateFiles(_folder.Path);
        _desk = new EnrollmentDesk(_files, _authority, _time);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_token_gets_its_names_certified_for_the_days_that_were_given()
    {
        EnrollmentToken token = Token(days: 30);
        using ECDsa key = NewKey();

        using X509Certificate2 certificate = _desk.Enroll(token.Name, token.Secret, Request(key, Names));

        Assert.Equal(Names.DnsNames, CertificateNames.DnsNames(certificate));
        Assert.Equal(Names.OrganizationalUnits, CertificateNames.OrganizationalUnits(certificate.SubjectName));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal(_time.GetUtcNow().AddDays(30), certificate.NotAfter.ToUniversalTime());
        Assert.Equal(certificate.RawData, X509CertificateLoader.LoadCertificateFromFile(Assert.Single(Issued())).RawData);
    }

    [Fact]
    public void A_token_counts_once()
    {
        EnrollmentToken token = Token();
        using ECDsa key = NewKey();
        _desk.Enroll(token.Name, token.Secret, Request(key, Names)).Dispose();

        EnrollmentRefusal refusal = AssertRefused("TokenUsed", () => _desk.Enroll(token.Name, token.Secret, Request(key, Names)));

        Assert.Contains("revoke the certificate", refusal.Message, StringComparison.Ordinal);
        Assert.Single(Issued());
    }

    [Fact]
    public async Task Of_many_at_once_with_one_token_one_gets_a_certificate()
    {
        EnrollmentToken token = Token();
        const int Askers = 16;
        using var start = new Barrier(Askers);

        string[] outcomes = await Task.WhenAll(Enumerable.Range(0, Askers).Select(_ => Task.Factory.StartNew(Ask, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Single(outcomes, "certified");
        Assert.Equal(Askers - 1, outcomes.Count(outcome => outcome == "TokenUsed"));
        Assert.Single(Issued());

        string Ask()
        {
            // A desk of its own for each, as in processes of their own.
            var desk = new EnrollmentDesk(_files, _authority, _time);
            using ECDsa key = NewKey();
            byte[] request = Request(key, Names);
            start.SignalAndWait(TestContext.Current.CancellationToken);
            try
            {
                desk.Enroll(token.Name, token.Secret, request).Dispose();
                return "certified";
            }
            catch (EnrollmentRefusal refusal)
            {
                return refusal.Error;
            }
        }
    }

    [Fact]
    public void A_token_expires()
    {
        EnrollmentToken token = Token();
        using ECDsa key = NewKey();
        _time.Advance(TimeSpan.FromHours(1));

        AssertRefused("TokenExpired", () => _desk.Enroll(token.Name, token.Secret, Request(key, Names)));
    }

    [Fact]
    public void A_newer_token_takes_the_place_of_an_older_one()
    {
        EnrollmentToken older = Token();
        EnrollmentToken newer = Token();
        using ECDsa key = NewKey();

        AssertRefused("TokenUnknown", () => _desk.Enroll(older.Name, older.Secret, Request(key, Names)));

        _desk.Enroll(newer.Name, newer.Secret, Request(key, Names)).Dispose();
    }

    [Theory]
    [InlineData("fe1", "")]
    [InlineData("fe1", "bm90IHRoZSBzZWNyZXQ")]
    [InlineData("fe2", null)]
    [InlineData("../fe1", null)]
    [InlineData("../tokens/fe1", null)]
    [InlineData("", null)]
    public void A_wrong_secret_and_a_wrong_name_are_unknown(string name, string? secret)
    {
        EnrollmentToken token = Token();
        using ECDsa key = NewKey();

        AssertRefused("TokenUnknown", () => _desk.Enroll(name, secret ?? token.Secret, Request(key, Names)));
    }

    [Fact]
    public void Other_names_than_the_tokens_are_refused_and_cost_no_token()
    {
        EnrollmentToken token = Token();
        using ECDsa key = NewKey();

        AssertRefused("OtherNames", () => _desk.Enroll(token.Name, token.Secret, Request(key, Names with { DnsNames = ["be1.lab.test"] })));
        AssertRefused("OtherNames", () => _desk.Enroll(token.Name, token.Secret, Request(key, Names with { DnsNames = [.. Names.DnsNames, "be1.lab.test"] })));
        AssertRefused("OtherNames", () => _desk.Enroll(token.Name, token.Secret, Request(key, Names with { OrganizationalUnits = ["Administrators"] })));

        _desk.Enroll(token.Name, token.Secret, Request(key, Names)).Dispose();
    }

    [Fact]
    public void A_weak_key_a_damaged_request_and_one_with_anothers_signature_are_refused_and_cost_no_token()
    {
        EnrollmentToken token = Token();
        using var weak = RSA.Create(1024);
        var request = new CertificateRequest("CN=fe1", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(NodeRequest.AlternativeNames(Names));
        using ECDsa key = NewKey();
        byte[] forged = Request(key, Names);
        forged[^1] ^= 1;

        EnrollmentRefusal refusal = AssertRefused("BadRequest", () => _desk.Enroll(token.Name, token.Secret, request.CreateSigningRequest()));
        Assert.Contains("RSA of 2048", refusal.Message, StringComparison.Ordinal);
        AssertRefused("BadRequest", () => _desk.Enroll(token.Name, token.Secret, forged));
        AssertRefused("BadRequest", () => _desk.Enroll(token.Name, token.Secret, [0x30, 0x00]));
        AssertRefused("BadRequest", () => _desk.Enroll(token.Name, token.Secret, []));

        _desk.Enroll(token.Name, token.Secret, Request(key, Names)).Dispose();
    }

    [Fact]
    public void A_certificate_that_counts_is_renewed_with_its_names_and_days_for_a_new_key()
    {
        using X509Certificate2 present = _authority.Issue(Names with { Days = 90 });
        _time.Advance(TimeSpan.FromDays(60));
        using ECDsa key = NewKey();

        using X509Certificate2 certificate = _desk.Renew(present, Request(key, Names));

        Assert.Equal(Names.DnsNames, CertificateNames.DnsNames(certificate));
        Assert.Equal(Names.OrganizationalUnits, CertificateNames.OrganizationalUnits(certificate.SubjectName));
        Assert.Equal(_time.GetUtcNow().AddDays(90), certificate.NotAfter.ToUniversalTime());
        Assert.Single(Issued());
    }

    [Fact]
    public void No_renewal_for_a_revoked_an_expired_or_a_strange_certificate_nor_for_other_names_or_the_same_key()
    {
        using X509Certificate2 present = _authority.Issue(Names with { Days = 90 });
        using ECDsa key = NewKey();
        using ECDsa presentKey = present.GetECDsaPrivateKey()!;
        AssertRefused("OtherNames", () => _desk.Renew(present, Request(key, Names with { DnsNames = ["be1.lab.test"] })));
        AssertRefused("KeyNotNew", () => _desk.Renew(present, Request(presentKey, Names)));
        using var others = CertificateAuthority.Create("Site CA", _time);
        using X509Certificate2 strange = others.Issue(Names);
        AssertRefused("UntrustedRoot", () => _desk.Renew(strange, Request(key, Names)));
        using X509Certificate2 revoked = _authority.Issue(Names with { Days = 90 });
        CertificateFiles.Write(_files.RevocationList, _authority.SignRevocationList(null, [revoked], 30), isSecret: false);
        _time.Advance(TimeSpan.FromMinutes(1));
        AssertRefused("Revoked", () => _desk.Renew(revoked, Request(key, Names)));
        _time.Advance(TimeSpan.FromDays(90));
        AssertRefused("Expired", () => _desk.Renew(present, Request(key, Names)));
        Assert.Empty(Issued());
    }

    [Fact]
    public void Nothing_on_the_disk_has_the_secret()
    {
        EnrollmentToken token = Token();

        string kept = File.ReadAllText(Assert.Single(Directory.GetFiles(_folder["tokens"])));

        Assert.DoesNotContain(token.Secret, kept, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret, token.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_is_read_back_from_its_line_and_part_of_the_line_is_refused()
    {
        EnrollmentToken token = Token();
        string line = token.ToText();

        EnrollmentToken read = EnrollmentToken.Parse(line + "\n", "here");

        Assert.Equal((token.Name, token.Authority, token.Secret), (read.Name, read.Authority, read.Secret));
        Assert.Equal(token.DnsNames, read.DnsNames);
        Assert.Equal(token.OrganizationalUnits, read.OrganizationalUnits);
        foreach (string bad in (string[])[line[..^9], line[1..], "", "feberelay-token-1.", "feberelay-token-1.e30", "feberelay-token-1.bnVsbA", "feberelay-token-1.?"])
        {
            CertificateException e = Assert.Throws<CertificateException>(() => EnrollmentToken.Parse(bad, "here"));
            Assert.Equal("here: not a token, or not all of it; copy the line that feberelay certs token has written", e.Message);
        }
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static byte[] Request(ECDsa key, IssueRequest names)
    {
        string pem = NodeRequest.Create(key, names);
        return Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
    }

    private static EnrollmentRefusal AssertRefused(string error, Action ask)
    {
        EnrollmentRefusal refusal = Assert.Throws<EnrollmentRefusal>(ask);
        Assert.Equal(error, refusal.Error);
        return refusal;
    }

    private EnrollmentToken Token(int days = IssueRequest.DefaultDays)
    {
        EnrollmentToken token = EnrollmentToken.Create(Names, _authority.Certificate);
        new TokenStore(_files, _time).Add(token, days, TimeSpan.FromHours(1));
        return token;
    }

    private string[] Issued() => Directory.Exists(_folder["issued"]) ? Directory.GetFiles(_folder["issued"]) : [];
}
