using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>Certificates in the user's store, which is there on every system; each test has a name of its own in it and takes away what it put there.</summary>
public sealed class NodeCertificateStoreTests : IDisposable
{
    private static readonly PeerRole[] BothRoles = [PeerRole.Initiator, PeerRole.Responder];

    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly FakeTimeProvider _time;
    private readonly string _name = $"fe{Guid.NewGuid():n}.lab.test";
    private readonly List<(StoreName Store, X509Certificate2 Certificate)> _put = [];
    private readonly NodeCertificateStore _store;

    public NodeCertificateStoreTests()
    {
        _time = new FakeTimeProvider(_authority.Now);
        _store = new NodeCertificateStore(StoreLocation.CurrentUser, _name);
    }

    public void Dispose()
    {
        foreach ((StoreName name, X509Certificate2 certificate) in _put)
        {
            using var store = new X509Store(name, StoreLocation.CurrentUser);
            store.Open(OpenFlags.ReadWrite);
            store.Remove(certificate);
            certificate.Dispose();
        }
        _authority.Dispose();
    }

    [Fact]
    public void The_certificate_of_that_name_signs_and_is_sent_with_the_intermediates_of_the_store()
    {
        using TestAuthority intermediate = _authority.Intermediate("Between");
        Put(StoreName.CertificateAuthority, X509CertificateLoader.LoadCertificate(intermediate.Certificate.RawData));
        X509Certificate2 leaf = Put(StoreName.My, intermediate.Issue(new TestLeaf(_name)));
        using NodeCertificate node = _store.Load(BothRoles, _time);
        Assert.Equal(intermediate.ChainOf(leaf), node.Chain);
        using var key = leaf.GetECDsaPublicKey()!;
        Assert.True(key.VerifyData("said"u8, node.Sign("said"u8), System.Security.Cryptography.HashAlgorithmName.SHA256));
    }

    [Fact]
    public void A_renewal_beside_it_is_taken_and_one_that_begins_later_is_not()
    {
        X509Certificate2 first = Put(StoreName.My, _authority.Issue(new TestLeaf(_name)));
        string stamp = _store.Stamp(_time);
        X509Certificate2 second = Put(StoreName.My, _authority.Issue(new TestLeaf(_name) { NotAfter = first.NotAfter.AddDays(1) }));
        Put(StoreName.My, _authority.Issue(new TestLeaf(_name) { NotBefore = _authority.Now.AddDays(1), NotAfter = first.NotAfter.AddDays(2) }));
        Assert.NotEqual(stamp, _store.Stamp(_time));
        using NodeCertificate node = _store.Load(BothRoles, _time);
        Assert.Equal(second.RawData, node.Leaf);
    }

    [Fact]
    public void What_peers_would_refuse_and_what_is_not_there_is_told_with_the_store()
    {
        var missing = Assert.Throws<IdentityException>(() => _store.Load(BothRoles, _time));
        Assert.StartsWith($"CurrentUser/My, {_name}: no certificate with this DNS name and a private key", missing.Message, StringComparison.Ordinal);
        Assert.Equal("", _store.Stamp(_time));

        Put(StoreName.My, X509CertificateLoader.LoadCertificate(_authority.Issue(new TestLeaf(_name)).RawData));
        Assert.Contains("and a private key", Assert.Throws<IdentityException>(() => _store.Load(BothRoles, _time)).Message, StringComparison.Ordinal);

        Put(StoreName.My, _authority.Issue(new TestLeaf(_name) { Purposes = [] }));
        var unfit = Assert.Throws<IdentityException>(() => _store.Load(BothRoles, _time));
        Assert.StartsWith($"CurrentUser/My, {_name}: ", unfit.Message, StringComparison.Ordinal);
        Assert.Contains("peers would refuse it", unfit.Message, StringComparison.Ordinal);
    }

    private X509Certificate2 Put(StoreName name, X509Certificate2 certificate)
    {
        X509Certificate2 kept = certificate.HasPrivateKey
            ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.PersistKeySet | X509KeyStorageFlags.Exportable)
            : certificate;
        using var store = new X509Store(name, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(kept);
        _put.Add((name, kept));
        return kept;
    }
}
