using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>Loading the node's own certificate: every error names the file, what is wrong and the fix.</summary>
public sealed class NodeCertificateTests : IDisposable
{
    private static readonly PeerRole[] BothRoles = [PeerRole.Initiator, PeerRole.Responder];

    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly CertificateFolder _folder = new();
    private readonly FakeTimeProvider _time;
    private readonly TestLeaf _good = new("fe1.lab.test");

    public NodeCertificateTests() => _time = new FakeTimeProvider(_authority.Now);

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void A_certificate_and_its_key_load_from_two_PEM_files()
    {
        using var leaf = _authority.Issue(_good with { DnsNames = ["FE1.lab.test", "fe.lab.test"] });
        using var node = Load(leaf);
        Assert.Equal("fe1.lab.test", node.Name);
        Assert.Equal(leaf.RawData, Assert.Single(node.Chain));
        Assert.Equal(NodeSignatureScheme.EcdsaP256Sha256, node.Scheme);
    }

    [Fact]
    public void A_chain_is_put_in_order_and_its_root_and_strangers_left_out()
    {
        using var first = _authority.Intermediate("First");
        using var second = first.Intermediate("Second");
        using var leaf = second.Issue(_good);
        using var stranger = _authority.Intermediate("Stranger");
        _folder.Write(
            "fe1.pem",
            [.. new[] { _authority.Certificate, stranger.Certificate, first.Certificate, leaf, second.Certificate }.Select(one => one.ExportCertificatePem())]);
        _folder.WriteSecret("fe1.key", CertificateFolder.KeyPem(leaf));
        using var node = NodeCertificate.Load(new(_folder["fe1.pem"], _folder["fe1.key"]), BothRoles, _time);
        Assert.Equal(second.ChainOf(leaf), node.Chain);
    }

    [Fact]
    public void One_PEM_file_may_hold_both_if_only_its_owner_can_read_it()
    {
        using var leaf = _authority.Issue(_good);
        string[] parts = [leaf.ExportCertificatePem(), CertificateFolder.KeyPem(leaf)];
        using var node = NodeCertificate.Load(new(_folder.WriteSecret("fe1.pem", parts)), BothRoles, _time);
        Assert.Equal(leaf.RawData, node.Leaf);
    }

    [Fact]
    public void An_encrypted_key_opens_with_the_password_file()
    {
        using var leaf = _authority.Issue(_good);
        using var key = leaf.GetECDsaPrivateKey()!;
        _folder.Write("fe1.pem", leaf.ExportCertificatePem());
        _folder.WriteSecret("fe1.key", key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        _folder.WriteSecret("password", "secret", "");
        using var node = NodeCertificate.Load(new(_folder["fe1.pem"], _folder["fe1.key"], _folder["password"]), BothRoles, _time);
        Assert.Equal(leaf.RawData, node.Leaf);
        AssertError("fe1.key: the private key is encrypted; name a file with its password with passwordFile", new(_folder["fe1.pem"], _folder["fe1.key"]));
        _folder.WriteSecret("password", "wrong");
        AssertError("fe1.key: the private key cannot be opened; is the password", new(_folder["fe1.pem"], _folder["fe1.key"], _folder["password"]));
    }

    [Fact]
    public void PKCS12_loads_with_its_password_file_and_sends_the_intermediates_in_it()
    {
        using var intermediate = _authority.Intermediate("Intermediate");
        using var leaf = intermediate.Issue(_good);
        WritePkcs12("fe1.p12", "secret", _authority.Certificate, X509CertificateLoader.LoadCertificate(intermediate.Certificate.RawData), leaf);
        _folder.WriteSecret("password", "secret");
        using var node = NodeCertificate.Load(new(_folder["fe1.p12"], PasswordFile: _folder["password"]), BothRoles, _time);
        Assert.Equal(intermediate.ChainOf(leaf), node.Chain);
        AssertSigns(node, leaf);
        AssertError("fe1.p12: not PEM, and cannot be opened as PKCS#12 (no passwordFile is given)", new(_folder["fe1.p12"]));
        _folder.WriteSecret("password", "wrong");
        AssertError("(is the password in the passwordFile right?)", new(_folder["fe1.p12"], PasswordFile: _folder["password"]));
    }

    [Fact]
    public void A_password_may_be_in_an_environment_variable()
    {
        const string variable = "FEBERELAY_TEST_PASSWORD_OF_ONE_TEST";
        using var leaf = _authority.Issue(_good);
        WritePkcs12("fe1.p12", "secret", leaf);
        var files = new NodeCertificateFiles(_folder["fe1.p12"], PasswordVariable: variable);
        var missing = Assert.Throws<IdentityException>(() => NodeCertificate.Load(files, BothRoles, _time));
        Assert.StartsWith($"{variable}: there is no such environment variable; set it", missing.Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, "secret");
        try
        {
            using var node = NodeCertificate.Load(files, BothRoles, _time);
            AssertSigns(node, leaf);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public void A_credential_of_systemd_may_be_open_to_the_group()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no systemd");
        using var leaf = _authority.Issue(_good);
        using var credentials = new CertificateFolder();
        _folder.Write("fe1.pem", leaf.ExportCertificatePem());
        string key = credentials.WriteSecret("fe1.key", CertificateFolder.KeyPem(leaf));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var open = Assert.Throws<IdentityException>(() => NodeCertificate.Load(new(_folder["fe1.pem"], key), BothRoles, _time));
        Assert.Contains("fe1.key: holds a secret but its group or others may read", open.Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", credentials.Path);
        try
        {
            using var node = NodeCertificate.Load(new(_folder["fe1.pem"], key), BothRoles, _time);
            AssertSigns(node, leaf);
        }
        finally
        {
            Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        }
    }

    [Theory]
    [InlineData("P-256", NodeSignatureScheme.EcdsaP256Sha256, 64)]
    [InlineData("P-384", NodeSignatureScheme.EcdsaP384Sha384, 96)]
    [InlineData("RSA", NodeSignatureScheme.RsaPssSha256, 256)]
    public void A_key_signs_with_the_scheme_of_its_kind(string kind, NodeSignatureScheme scheme, int length)
    {
        using var leaf = _authority.Issue(kind switch
        {
            "P-256" => _good,
            "P-384" => _good.WithCurve(ECCurve.NamedCurves.nistP384),
            _ => _good.WithRsaKey(2048),
        });
        using var node = Load(leaf);
        Assert.Equal(scheme, node.Scheme);
        Assert.Equal(length, node.Sign([1, 2, 3]).Length);
        AssertSigns(node, leaf);
    }

    [Fact]
    public void A_certificate_from_memory_keeps_its_key_when_the_original_goes()
    {
        var leaf = _authority.Issue(_good);
        using var node = NodeCertificate.FromCertificate(leaf, [], BothRoles, _time);
        using var copy = X509CertificateLoader.LoadCertificate(leaf.RawData);
        leaf.Dispose();
        AssertSigns(node, copy);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_file_that_others_can_read_or_change_is_refused_with_the_chmod_to_run(UnixFileMode extra)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        using var leaf = _authority.Issue(_good);
        Write(leaf);
        SetMode("fe1.key", extra);
        AssertError($"run: chmod 600 {_folder["fe1.key"]}", new(_folder["fe1.pem"], _folder["fe1.key"]));
    }

    [Fact]
    public void A_readable_PEM_or_PKCS12_file_that_holds_the_key_is_refused_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        using var leaf = _authority.Issue(_good);
        _folder.Write("both.pem", leaf.ExportCertificatePem(), CertificateFolder.KeyPem(leaf));
        SetMode("both.pem", UnixFileMode.GroupRead);
        AssertError("run: chmod 600", new(_folder["both.pem"]));
        WritePkcs12("fe1.p12", "secret", leaf);
        SetMode("fe1.p12", UnixFileMode.OtherRead);
        AssertError("run: chmod 600", new(_folder["fe1.p12"]));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var leaf = _authority.Issue(_good);
        Write(leaf);
        AssertError("none.pem: no such file", new(_folder["none.pem"]));
        AssertError("none.key: no such file", new(_folder["fe1.pem"], _folder["none.key"]));
    }

    [Fact]
    public void A_certificate_without_a_key_is_refused()
    {
        using var leaf = _authority.Issue(_good);
        AssertError("fe1.pem: no private key in this file; name the key file with keyPath", new(_folder.WriteSecret("fe1.pem", leaf.ExportCertificatePem())));
        using var bare = X509CertificateLoader.LoadCertificate(leaf.RawData);
        WritePkcs12("fe1.p12", null, bare);
        AssertError("fe1.p12: no private key in this file", new(_folder["fe1.p12"]));
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        using var leaf = _authority.Issue(_good);
        using var other = _authority.Issue("fe2.lab.test");
        Write(leaf);
        _folder.WriteSecret("fe2.key", CertificateFolder.KeyPem(other));
        AssertError("fe2.key: this private key does not belong to the certificate in", new(_folder["fe1.pem"], _folder["fe2.key"]));
    }

    [Fact]
    public void Truncated_files_are_refused()
    {
        using var leaf = _authority.Issue(_good);
        Write(leaf);
        var pem = leaf.ExportCertificatePem();
        _folder.Write("cut.pem", pem[..(pem.Length / 2)]);
        AssertError("cut.pem: no certificate in this file", new(_folder["cut.pem"], _folder["fe1.key"]));
        _folder.Write("damaged.pem", pem.Replace("-----BEGIN CERTIFICATE-----\nM", "-----BEGIN CERTIFICATE-----\nA", StringComparison.Ordinal));
        AssertError("damaged.pem: a certificate in this file is damaged", new(_folder["damaged.pem"], _folder["fe1.key"]));
        _folder.WriteSecret("cut.key", CertificateFolder.KeyPem(leaf)[..100]);
        AssertError("cut.key: the private key is damaged", new(_folder["fe1.pem"], _folder["cut.key"]));
    }

    [Fact]
    public void What_every_peer_would_refuse_is_refused_at_load()
    {
        AssertRefused("expired at", _good.Expired(_authority.Now));
        AssertRefused("is not valid before", _good.NotYetValid(_authority.Now));
        AssertRefused("no DNS name", _good.CommonNameOnly());
        AssertRefused("no extended key usage", _good.WithoutExtendedKeyUsage());
        AssertRefused("lacks clientAuth, which a node that dials needs", _good.WithPurposes(TestLeaf.ServerAuthentication));
        AssertRefused("lacks serverAuth, which a node that is dialled needs", _good.WithPurposes(TestLeaf.ClientAuthentication));
        AssertRefused("SHA-256 or better is required", _good.SignedWithSha1());
        AssertRefused("neither RSA of 2048", _good.WithRsaKey(1024));
        AssertRefused("no signature on P-521", _good.WithCurve(ECCurve.NamedCurves.nistP521));
        AssertRefused("is a certificate authority", _good with { IsAuthority = true });
        AssertRefused("without digitalSignature", _good with { KeyUsage = X509KeyUsageFlags.KeyAgreement });
        AssertRefused("peers take at most 5", _good.WithUnknownExtension(20_000));
    }

    [Fact]
    public void Only_the_roles_that_a_node_plays_are_asked_of_its_certificate()
    {
        using var leaf = _authority.Issue(_good.WithPurposes(TestLeaf.ClientAuthentication));
        Write(leaf);
        using var node = NodeCertificate.Load(new(_folder["fe1.pem"], _folder["fe1.key"]), [PeerRole.Initiator], _time);
        Assert.Equal("fe1.lab.test", node.Name);
    }

    private static void AssertSigns(NodeCertificate node, X509Certificate2 leaf)
    {
        byte[] data = [1, 2, 3];
        var signature = node.Sign(data);
        using var rsa = leaf.GetRSAPublicKey();
        using var ecdsa = leaf.GetECDsaPublicKey();
        var hash = node.Scheme == NodeSignatureScheme.EcdsaP384Sha384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        Assert.True(rsa?.VerifyData(data, signature, hash, RSASignaturePadding.Pss) ?? ecdsa!.VerifyData(data, signature, hash));
    }

    private void AssertRefused(string expected, TestLeaf spoiled)
    {
        var (certificate, key) = _authority.IssuePem(spoiled);
        _folder.Write("fe1.pem", certificate);
        _folder.WriteSecret("fe1.key", key);
        AssertError(expected, new(_folder["fe1.pem"], _folder["fe1.key"]));
    }

    private void AssertError(string expected, NodeCertificateFiles files)
    {
        var error = Assert.Throws<IdentityException>(() => NodeCertificate.Load(files, BothRoles, _time).Dispose());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    private NodeCertificate Load(X509Certificate2 leaf)
    {
        Write(leaf);
        return NodeCertificate.Load(new(_folder["fe1.pem"], _folder["fe1.key"]), BothRoles, _time);
    }

    private void Write(X509Certificate2 leaf)
    {
        _folder.Write("fe1.pem", leaf.ExportCertificatePem());
        _folder.WriteSecret("fe1.key", CertificateFolder.KeyPem(leaf));
    }

    private void WritePkcs12(string file, string? password, params X509Certificate2[] certificates) =>
        _folder.WriteSecret(file, new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs12, password)!);

    private void SetMode(string file, UnixFileMode extra)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder[file], UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
    }
}
