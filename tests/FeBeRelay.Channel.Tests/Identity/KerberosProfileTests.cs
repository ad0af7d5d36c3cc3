using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Kerberos;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>What krb5.conf must say before a node takes part in a realm, and the keytab.</summary>
public sealed class KerberosProfileTests : IDisposable
{
    private readonly string _keytab = Path.GetTempFileName();

    [Theory]
    [InlineData("[libdefaults]\n dns_canonicalize_hostname = false\n", true)]
    [InlineData("[libdefaults]\n default_realm = X\ndns_canonicalize_hostname=no\n[realms]\n", true)]
    [InlineData("[libdefaults]\n dns_canonicalize_hostname = true\n", false)]
    [InlineData("[libdefaults]\n dns_canonicalize_hostname = fallback\n", false)]
    [InlineData("[libdefaults]\n dns_canonicalize_hostname = true\n dns_canonicalize_hostname = false\n", false)]
    [InlineData("[libdefaults]\n# dns_canonicalize_hostname = false\n", false)]
    [InlineData("[realms]\n dns_canonicalize_hostname = false\n", false)]
    [InlineData("[libdefaults]\n rdns = false\n", false)]
    [InlineData("", false)]
    public void Names_of_hosts_must_not_be_canonicalised(string profile, bool isOff) =>
        Assert.Equal(isOff, KerberosProfile.IsOff(profile.Split('\n')));

    [Fact]
    public void A_keytab_is_for_its_owner()
    {
        Write([5, 2, 0], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Refusal(), StringComparison.Ordinal);

        Write([5, 2, 0], UnixFileMode.UserRead);
        KerberosKeytab.Check(_keytab);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 5, 2 })]
    [InlineData(new byte[] { 5, 4, 0, 0 })]
    public void Anything_else_is_no_keytab(byte[] content)
    {
        Write(content, UnixFileMode.UserRead);

        Assert.Contains("ktadd", Refusal(), StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_keytab);

    private string Refusal() => Assert.Throws<IdentityException>(() => KerberosKeytab.Check(_keytab)).Message;

    private void Write(byte[] content, UnixFileMode mode)
    {
        File.Delete(_keytab);
        File.WriteAllBytes(_keytab, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_keytab, mode);
        }
    }
}
