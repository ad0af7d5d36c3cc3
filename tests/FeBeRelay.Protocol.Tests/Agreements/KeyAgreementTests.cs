using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Cryptography.OpenSsl;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Agreements;

/// <summary>Both key agreements are one to whoever uses them: a node on Linux and one on Windows have the same secret.</summary>
public sealed class KeyAgreementTests
{
    private static readonly PlatformKeyAgreement Reference = new();

    public static TheoryData<string, string> Cases => Implementations.WithGroups();

    [Fact]
    public void On_Linux_with_OpenSSL_3_its_own_interface_is_in_use()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >> 28 == 3, "no OpenSSL 3 here");

        Assert.IsType<OpenSslKeyAgreement>(KeyAgreement.InUse);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void New_keys_agree_with_those_of_the_platform_both_ways(string name, string group)
    {
        Group of = Group.Find(group)!;
        for (int i = 0; i < (of == Group.P256 ? 500 : 25); i++)
        {
            using IKeyPair one = Implementations.Of(name).Create(of), other = Reference.Create(of);

            Assert.Equal(Agree(of, other, one), Agree(of, one, other));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_recorded_key_has_the_public_half_and_the_secrets_that_it_has_on_the_platform(string name, string group)
    {
        Group of = Group.Find(group)!;
        for (int i = 0; i < 20; i++)
        {
            ECParameters key = RecordedEntropy.NewKey(of);
            ECParameters scalar = new() { Curve = key.Curve, D = key.D };
            using IKeyPair one = Implementations.Of(name).Import(of, key), again = Implementations.Of(name).Import(of, scalar);
            using IKeyPair same = Reference.Import(of, key), peer = Reference.Create(of);

            Assert.Equal<byte>([0x04, .. key.Q.X!, .. key.Q.Y!], Public(of, one));
            Assert.Equal(Public(of, one), Public(of, again));
            Assert.Equal(Agree(of, same, peer), Agree(of, one, peer));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_key_comes_twice(string name, string group)
    {
        Group of = Group.Find(group)!;
        var seen = new HashSet<string>();
        for (int i = 0; i < 50; i++)
        {
            using IKeyPair key = Implementations.Of(name).Create(of);
            Assert.True(seen.Add(Convert.ToHexString(Public(of, key))));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_was_disposed_of_is_of_no_more_use(string name, string group)
    {
        Group of = Group.Find(group)!;
        using IKeyPair peer = Reference.Create(of);
        IKeyPair key = Implementations.Of(name).Create(of);
        key.Dispose();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Public(of, key));
        Assert.Throws<ObjectDisposedException>(() => Agree(of, key, peer));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Threads_may_share_it(string name, string group)
    {
        Group of = Group.Find(group)!;
        IKeyAgreement agreement = Implementations.Of(name);

        Parallel.For(0, of == Group.P256 ? 2_000 : 50, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using IKeyPair one = agreement.Create(of), other = agreement.Create(of);
            Assert.Equal(Agree(of, other, one), Agree(of, one, other));
        });
    }

    private static byte[] Agree(Group group, IKeyPair own, IKeyPair peer)
    {
        byte[] secret = new byte[group.CoordinateSize];
        own.Agree(Public(group, peer), secret);
        return secret;
    }

    private static byte[] Public(Group group, IKeyPair key)
    {
        byte[] point = new byte[group.PointSize];
        key.ExportPublic(point);
        return point;
    }
}
