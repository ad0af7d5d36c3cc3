using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

public sealed class PeerIdentityTests
{
    private readonly PeerIdentity _peer = new(["be1.lab.test", "mail.lab.test"], ["Back Ends"], "00", DateTimeOffset.MaxValue, "CN=be1.lab.test, OU=Back Ends");

    [Theory]
    [InlineData("be1.lab.test", true)]
    [InlineData("BE1.Lab.Test", true)]
    [InlineData("mail.lab.test", true)]
    [InlineData(" be1.lab.test ", true)]
    [InlineData("ou=Back Ends", true)]
    [InlineData("OU = back ends", false)]
    [InlineData("OU= back ends", true)]
    [InlineData("be2.lab.test", false)]
    [InlineData("lab.test", false)]
    [InlineData("x.be1.lab.test", false)]
    [InlineData("be1.lab.test.", false)]
    [InlineData("*.lab.test", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    [InlineData("Back Ends", false)]
    [InlineData("ou=Back", false)]
    [InlineData("ou=", false)]
    [InlineData("ou=be1.lab.test", false)]
    [InlineData("cn=be1.lab.test", false)]
    public void A_peer_matches_a_whole_DNS_name_or_a_whole_unit_only(string allowedPeer, bool expected) =>
        Assert.Equal(expected, _peer.Matches(allowedPeer));

    [Fact]
    public void A_common_name_is_never_a_name()
    {
        using var authority = TestAuthority.Create();
        using var leaf = authority.Issue(new TestLeaf("admin.lab.test") { DnsNames = ["be1.lab.test"] });
        Assert.Equal(["be1.lab.test"], CertificateNames.DnsNames(leaf));
    }

    [Theory]
    [InlineData("be1.lab.test", true)]
    [InlineData("fe_1", true)]
    [InlineData("*.lab.test", false)]
    [InlineData("be1.lab.test\0.evil.test", false)]
    [InlineData("be1\n.lab.test", false)]
    [InlineData("ou=Back Ends", false)]
    [InlineData("-be1.lab.test", false)]
    [InlineData("be1..test", false)]
    [InlineData("be1.lab.test.", false)]
    [InlineData("b\u00e91.lab.test", false)]
    public void Only_host_names_are_names(string name, bool expected) => Assert.Equal(expected, CertificateNames.IsHostName(name));

    [Fact]
    public void Units_are_found_in_sets_of_several_attributes()
    {
        // SEQUENCE { SET { SEQUENCE { CN, "x" }, SEQUENCE { OU, "Front Ends  " } } }
        var der = Convert.FromHexString("3021311F" + "300806035504030C0178" + "3013060355040B0C0C46726F6E7420456E64732020");
        Assert.Equal(["Front Ends  "], CertificateNames.OrganizationalUnits(new X500DistinguishedName(der)));
    }

    [Fact]
    public void A_subject_cannot_break_a_line_of_the_log()
    {
        using var authority = TestAuthority.Create();
        using var leaf = authority.Issue(new TestLeaf("be1\r\nfake log line \u202e" + new string('x', 30))
        {
            DnsNames = ["be1.lab.test"],
            OrganizationalUnits = [new string('y', 64), new string('z', 64), new string('w', 64)],
        });
        var shown = CertificateNames.Display(leaf);
        Assert.DoesNotContain(shown, c => char.IsControl(c) || c == '\u202e');
        Assert.True(shown.Length <= 200);
    }
}
