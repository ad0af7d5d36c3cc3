using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>Who was taken back is refused; what cannot be known is refused or accepted as the operator said; a list is believed only from its authority.</summary>
public sealed class RevocationTests : IDisposable
{
    private readonly TestAuthority _root = TestAuthority.Create();
    private readonly TestAuthority _intermediate;
    private readonly FakeTimeProvider _time;
    private readonly X509Certificate2 _peer;
    private readonly X509Certificate2 _own;

    public RevocationTests()
    {
        _intermediate = _root.Intermediate("Issuing");
        _time = new FakeTimeProvider(_root.Now);
        _peer = _intermediate.Issue("be1.lab.test");
        _own = _root.Issue("fe1.lab.test");
    }

    public void Dispose()
    {
        _peer.Dispose();
        _own.Dispose();
        _intermediate.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_revoked_certificate_is_refused_whatever_unknown_means(bool refusesUnknown) =>
        Assert.Equal(IdentityRefusal.Revoked, Refusal(refusesUnknown, RootList(), IssuingList(_peer)));

    [Fact]
    public void A_revoked_intermediate_takes_its_leaves_along() =>
        Assert.Equal(IdentityRefusal.Revoked, Refusal(true, RootList(_intermediate.Certificate), IssuingList()));

    [Fact]
    public void A_certificate_that_no_list_names_is_accepted()
    {
        using X509Certificate2 other = _intermediate.Issue("be2.lab.test");
        Assert.Null(Refusal(true, RootList(), IssuingList(other)));
    }

    [Fact]
    public void Without_a_list_of_each_authority_unknown_is_refused_or_accepted_as_told()
    {
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(true, IssuingList()));
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(true, RootList()));
        Assert.Null(Refusal(false, RootList()));
        Assert.Null(Refusal(false));
    }

    [Fact]
    public void A_list_of_a_namesake_is_not_believed()
    {
        using TestAuthority namesake = _root.Intermediate("Issuing");
        RevocationList forged = Parse(List(namesake, _time.GetUtcNow(), _peer));
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(true, RootList(), forged));
        Assert.Null(Refusal(false, RootList(), forged));
    }

    [Fact]
    public void A_changed_list_is_not_believed()
    {
        byte[] list = List(_intermediate, _time.GetUtcNow(), _peer);
        list[^1] ^= 1;
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(true, RootList(), Parse(list)));
    }

    [Fact]
    public void A_list_that_has_ended_still_names_who_was_revoked_but_no_longer_who_was_not()
    {
        RevocationList old = Parse(List(_intermediate, _time.GetUtcNow(), _peer));
        using X509Certificate2 other = _intermediate.Issue("be2.lab.test");
        RevocationList root = Parse(List(_root, _time.GetUtcNow().AddDays(9)));
        _time.Advance(TimeSpan.FromDays(9));
        Assert.Equal(IdentityRefusal.Revoked, Refusal(false, root, old));
        Assert.Equal(IdentityRefusal.RevocationUnknown, Refusal(true, other, root, old));
        Assert.Null(Refusal(false, other, root, old));
    }

    [Fact]
    public void An_acceptance_is_not_remembered_beyond_the_end_of_its_list()
    {
        var verifier = new PeerCertificateVerifier(
            TrustedRoots.FromCertificates(_root.Certificate), new RevocationLists([RootList(), IssuingList()], refusesUnknown: true), _time, _own.RawData);
        Assert.True(verifier.Verify(_intermediate.ChainOf(_peer), PeerRole.Responder).IsAccepted);
        _time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        Assert.Equal(IdentityRefusal.RevocationUnknown, verifier.Verify(_intermediate.ChainOf(_peer), PeerRole.Responder).Problem?.Refusal);
    }

    [Fact]
    public void Lists_are_read_from_pem_too()
    {
        byte[] der = List(_intermediate, _time.GetUtcNow(), _peer);
        Assert.Equal(1, RevocationList.Parse(System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", der)), "ca.crl").Count);
        Assert.Throws<IdentityException>(() => RevocationList.Parse(System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", der)), "ca.crl"));
    }

    [Fact]
    public void Any_damage_is_an_error_that_names_the_file_or_a_list_that_is_not_believed()
    {
        byte[] der = List(_intermediate, _time.GetUtcNow(), _peer);
        for (int i = 0; i < der.Length; i++)
        {
            Assert.StartsWith("ca.crl: ", Assert.Throws<IdentityException>(() => RevocationList.Parse(der[..i], "ca.crl")).Message, StringComparison.Ordinal);
            byte[] changed = [.. der];
            changed[i] ^= 0x10;
            try
            {
                Assert.False(RevocationList.Parse(changed, "ca.crl").IsOf(_intermediate.Certificate), $"byte {i}");
            }
            catch (IdentityException)
            {
                // Refused at once.
            }
        }
    }

    [Theory]
    [InlineData("2.5.29.27")] // delta
    [InlineData("2.5.29.28")] // partitioned or indirect
    public void A_list_with_a_critical_extension_is_refused(string oid)
    {
        byte[] list = WithExtension(List(_intermediate, _time.GetUtcNow()), oid);
        Assert.Contains("complete lists", Assert.Throws<IdentityException>(() => RevocationList.Parse(list, "ca.crl")).Message, StringComparison.Ordinal);
    }

    private RevocationList RootList(params X509Certificate2[] revoked) => Parse(List(_root, _time.GetUtcNow(), revoked));

    private RevocationList IssuingList(params X509Certificate2[] revoked) => Parse(List(_intermediate, _time.GetUtcNow(), revoked));

    private IdentityRefusal? Refusal(bool refusesUnknown, params RevocationList[] lists) => Refusal(refusesUnknown, _peer, lists);

    private IdentityRefusal? Refusal(bool refusesUnknown, X509Certificate2 peer, params RevocationList[] lists)
    {
        var verifier = new PeerCertificateVerifier(
            TrustedRoots.FromCertificates(_root.Certificate), new RevocationLists(lists, refusesUnknown), _time, _own.RawData);
        return verifier.Verify(_intermediate.ChainOf(peer), PeerRole.Responder).Problem?.Refusal;
    }

    private static RevocationList Parse(byte[] list) => RevocationList.Parse(list, "test");

    /// <summary>A list for a week, made by the platform's builder: none of the code under test.</summary>
    private static byte[] List(TestAuthority authority, DateTimeOffset now, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (X509Certificate2 certificate in revoked)
        {
            builder.AddEntry(certificate, now.AddMinutes(-1));
        }
        return authority.SignList(builder, BigInteger.One, now.AddMinutes(-1), now.AddDays(7));
    }

    /// <summary>The same list with one more, critical, extension; the signature is then wrong, which is looked at later.</summary>
    private static byte[] WithExtension(byte[] list, string oid)
    {
        AsnReader outer = new AsnReader(list, AsnEncodingRules.DER).ReadSequence();
        AsnReader fields = outer.ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                var extensions = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
                while (fields.PeekTag() != extensions)
                {
                    writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
                }
                AsnReader present = fields.ReadSequence(extensions).ReadSequence();
                using (writer.PushSequence(extensions))
                using (writer.PushSequence())
                {
                    while (present.HasData)
                    {
                        writer.WriteEncodedValue(present.ReadEncodedValue().Span);
                    }
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(oid);
                        writer.WriteBoolean(true);
                        writer.WriteOctetString([0x02, 0x01, 0x01]);
                    }
                }
            }
            writer.WriteEncodedValue(outer.ReadEncodedValue().Span);
            writer.WriteEncodedValue(outer.ReadEncodedValue().Span);
        }
        return writer.Encode();
    }
}
