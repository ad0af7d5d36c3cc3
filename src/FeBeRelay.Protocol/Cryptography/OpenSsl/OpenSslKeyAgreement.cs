using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography.OpenSsl;

/// <summary>
/// Key agreement by OpenSSL 3 without .NET between. .NET has OpenSSL check each point twice and keeps keys in a form that OpenSSL 3 converts at every use:
/// three quarters of the time of an agreement on P-256.
/// </summary>
internal sealed class OpenSslKeyAgreement : IKeyAgreement
{
    private const int LargestEncoding = 256;

    // Parameters of the curves, which keys are made from: by name each key would set up its curve anew. OpenSSL only reads them.
    private readonly EvpKey _p256 = Parameters("P-256");
    private readonly EvpKey _p384 = Parameters("P-384");

    private OpenSslKeyAgreement()
    {
    }

    /// <summary>Null where there is no OpenSSL 3, or it does not agree with .NET.</summary>
    public static OpenSslKeyAgreement? TryLoad()
    {
        // The question also has .NET set up the library first, in its way: without clearing up at exit, when other threads may still be in it.
        if (!OperatingSystem.IsLinux() || SafeEvpPKeyHandle.OpenSslVersion >> 28 != 3)
        {
            return null;
        }
        try
        {
            var loaded = new OpenSslKeyAgreement();
            return loaded.AgreesWith(new PlatformKeyAgreement()) ? loaded : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or CryptographicException)
        {
            return null;
        }
    }

    public IKeyPair Create(Group group)
    {
        EvpKey parameters = ParametersOf(group);
        using EvpContext context = LibCrypto.Check(LibCrypto.NewContext(0, parameters, null), "EVP_PKEY_CTX_new_from_pkey");
        LibCrypto.Check(LibCrypto.StartKey(context), "EVP_PKEY_keygen_init");
        return new OpenSslKeyPair(Generate(context), parameters);
    }

    public IKeyPair Import(Group group, ECParameters key)
    {
        // OpenSSL wants the point too, which .NET works out.
        using ECDiffieHellman platform = ECDiffieHellman.Create(key);
        byte[] encoded = GC.AllocateArray<byte>(LargestEncoding, pinned: true);
        try
        {
            if (!platform.TryExportPkcs8PrivateKey(encoded, out int size))
            {
                throw new CryptographicException($"a key pair of {group} has more than {LargestEncoding} bytes");
            }
            nint start = Marshal.UnsafeAddrOfPinnedArrayElement(encoded, 0);
            return new OpenSslKeyPair(LibCrypto.Check(LibCrypto.ReadPrivateKey(0, ref start, size), "d2i_AutoPrivateKey"), ParametersOf(group));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    private EvpKey ParametersOf(Group group) => group.CoordinateSize == Group.P256.CoordinateSize ? _p256 : _p384;

    private static EvpKey Parameters(string curve)
    {
        using EvpContext context = LibCrypto.Check(LibCrypto.NewContext(0, "EC", null), "EVP_PKEY_CTX_new_from_name");
        LibCrypto.Check(LibCrypto.StartParameters(context), "EVP_PKEY_paramgen_init");
        LibCrypto.Check(LibCrypto.SetGroup(context, curve), "EVP_PKEY_CTX_set_group_name");
        return Generate(context);
    }

    private static EvpKey Generate(EvpContext context)
    {
        var key = new EvpKey();
        LibCrypto.Check(LibCrypto.Generate(context, ref key), "EVP_PKEY_generate");
        return key;
    }

    private bool AgreesWith(PlatformKeyAgreement platform)
    {
        using IKeyPair ours = Create(Group.P256), theirs = platform.Create(Group.P256);
        byte[] ourPublic = new byte[Group.P256.PointSize], theirPublic = new byte[Group.P256.PointSize];
        ours.ExportPublic(ourPublic);
        theirs.ExportPublic(theirPublic);
        using var one = new Secret(Group.P256.CoordinateSize);
        using var other = new Secret(Group.P256.CoordinateSize);
        ours.Agree(theirPublic, one.Span);
        theirs.Agree(ourPublic, other.Span);
        return one.Span.SequenceEqual(other.Span);
    }
}
