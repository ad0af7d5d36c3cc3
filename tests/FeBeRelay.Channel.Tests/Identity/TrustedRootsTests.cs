using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

public sealed class TrustedRootsTests : IDisposable
{
    private readonly CertificateFolder _folder = new();
    private readonly TestAuthority _authority = TestAuthority.Create();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Several_roots_load_from_one_file_and_from_several()
    {
        using var second = TestAuthority.Create("Second");
        using var third = TestAuthority.Create("Third");
        _folder.Write("two.pem", _authority.Certificate.ExportCertificatePem(), second.Certificate.ExportCertificatePem());
        _folder.Write("one.pem", third.Certificate.ExportCertificatePem());
        var roots = TrustedRoots.Load([_folder["two.pem"], _folder["one.pem"]]);
        Assert.All([_authority, second, third], authority => Assert.True(roots.Contains(authority.Certificate)));
    }

    [Fact]
    public void What_cannot_be_a_root_is_refused_with_its_file()
    {
        using var intermediate = _authority.Intermediate("Intermediate");
        using var leaf = TestAuthority.SelfSigned(new TestLeaf("fe1.lab.test"), _authority.Now);
        using var weak = TestAuthority.Create(TestAuthority.AuthorityNamed("Weak").WithRsaKey(1024));
        AssertError("is an intermediate, signed by CN=Test Authority", intermediate.Certificate.ExportCertificatePem());
        AssertError("is not a certificate authority", leaf.ExportCertificatePem());
        AssertError("neither RSA of 2048", weak.Certificate.ExportCertificatePem());
        AssertError("no certificate in this file", "nothing");
    }

    [Fact]
    public void A_missing_file_and_no_file_at_all_are_errors()
    {
        Assert.Contains("none.pem: no such file", Assert.Throws<IdentityException>(() => TrustedRoots.Load([_folder["none.pem"]])).Message, StringComparison.Ordinal);
        Assert.Contains("no trusted roots are configured", Assert.Throws<IdentityException>(() => TrustedRoots.Load([])).Message, StringComparison.Ordinal);
    }

    private void AssertError(string expected, string content)
    {
        var path = _folder.Write("roots.pem", content);
        var error = Assert.Throws<IdentityException>(() => TrustedRoots.Load([path]));
        Assert.StartsWith($"{path}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
