using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Tests.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Agreements;

/// <summary>
/// What is no point of the group never meets the private key, whichever key agreement is in use. The points that stand at the edge are those with a small
/// coordinate: only there is room for the same number plus the prime.
/// </summary>
public sealed class BadPointTests
{
    private static readonly Edges P256 = new(
        Prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        SmallX: 5, ItsY: "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
        SmallY: 5, ItsX: "d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7");

    private static readonly Edges P384 = new(
        Prime: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        SmallX: 2, ItsY: "8cdeadbbd04911a3c1931e26df3fa6439dca9c7eb286fbd46fc319f0e2bb780232baf57825fc0c1912ada2fefe84024c",
        SmallY: 1, ItsX: "2261b2bf605c22f2f3aef6338719b2c486388ad5240719a5257315969ef01ba27f0a104c89704773a81fdabee6ab5c78");

    public static TheoryData<string, string> Cases => Implementations.WithGroups();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_coordinate_that_is_not_below_the_prime_is_refused(string name, string group)
    {
        (Group of, Edges edges) = EdgesOf(group);
        using KeyShare own = Own(name, of);
        BigInteger prime = Number(edges.Prime), x = Number(edges.ItsX), y = Number(edges.ItsY);

        own.Agree(Point(of, edges.SmallX, y)).Dispose();
        own.Agree(Point(of, x, edges.SmallY)).Dispose();
        own.Agree(Point(of, edges.SmallX, prime - y)).Dispose();

        MustRefuse(own, Point(of, edges.SmallX + prime, y));
        MustRefuse(own, Point(of, x, edges.SmallY + prime));
        MustRefuse(own, Point(of, prime, prime));
        MustRefuse(own, [0x04, .. Enumerable.Repeat((byte)0xFF, of.PointSize - 1)]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_point_off_the_curve_is_refused(string name, string group)
    {
        (Group of, Edges edges) = EdgesOf(group);
        using KeyShare own = Own(name, of), peer = Own(name, of);
        for (int bit = 0; bit < (of.PointSize - 1) * 8; bit += 5)
        {
            byte[] point = [.. peer.Public];
            point[1 + bit / 8] ^= (byte)(1 << (bit % 8));
            MustRefuse(own, point);
        }
        MustRefuse(own, Point(of, Number(edges.ItsY), edges.SmallX));
        MustRefuse(own, Point(of, 1, 1));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Infinity_is_refused_in_every_form(string name, string group)
    {
        (Group of, _) = EdgesOf(group);
        using KeyShare own = Own(name, of);

        MustRefuse(own, Point(of, 0, 0));
        MustRefuse(own, new byte[of.PointSize]);
        MustRefuse(own, [0x00]);
        MustRefuse(own, []);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Other_forms_of_a_good_point_are_refused(string name, string group)
    {
        (Group of, _) = EdgesOf(group);
        using KeyShare own = Own(name, of), peer = Own(name, of);
        byte odd = (byte)(peer.Public[^1] & 1);

        MustRefuse(own, [(byte)(0x02 | odd), .. peer.Public.AsSpan(1, of.CoordinateSize)]);
        MustRefuse(own, [(byte)(0x02 | odd), .. peer.Public.AsSpan(1)]);
        MustRefuse(own, [(byte)(0x06 | odd), .. peer.Public.AsSpan(1)]);
        MustRefuse(own, [.. peer.Public, 0]);
        MustRefuse(own, peer.Public[..^1]);
        Violation.Of(ProtocolError.Reflected, () => own.Agree([.. own.Public]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_refusal_leaves_the_secret_empty_and_no_error_behind(string name, string group)
    {
        (Group of, _) = EdgesOf(group);
        using IKeyPair own = Implementations.Of(name).Create(of);
        byte[] secret = new byte[of.CoordinateSize];

        Assert.ThrowsAny<CryptographicException>(() => own.Agree(Point(of, 1, 1), secret));

        Assert.Equal(new byte[of.CoordinateSize], secret);
        if (name == "OpenSSL")
        {
            Assert.Equal(0u, PeekError());
        }
    }

    private static void MustRefuse(KeyShare own, byte[] share) => Violation.Of(ProtocolError.BadShare, () => own.Agree(share).Dispose());

    private static KeyShare Own(string name, Group group) => new(group, Implementations.Of(name).Create(group));

    private static (Group Group, Edges Edges) EdgesOf(string group) => group == Group.P256.Name ? (Group.P256, P256) : (Group.P384, P384);

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static byte[] Point(Group group, BigInteger x, BigInteger y)
    {
        byte[] point = new byte[group.PointSize];
        point[0] = 0x04;
        Write(x, point.AsSpan(1, group.CoordinateSize));
        Write(y, point.AsSpan(1 + group.CoordinateSize));
        return point;
    }

    private static void Write(BigInteger number, Span<byte> destination) =>
        Assert.True(number.TryWriteBytes(destination[^number.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true));

    [DllImport("libcrypto.so.3", EntryPoint = "ERR_peek_error")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint PeekError();

    /// <summary>The prime of a curve's field, and two points of the curve with the smallest coordinates there are.</summary>
    private sealed record Edges(string Prime, int SmallX, string ItsY, int SmallY, string ItsX);
}
