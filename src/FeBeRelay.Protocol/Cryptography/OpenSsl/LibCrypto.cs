using System.Runtime.InteropServices;
using System.Security.Cryptography;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace FeBeRelay.Protocol.Cryptography.OpenSsl;

/// <summary>What the key agreement calls in OpenSSL 3: the library that .NET has loaded for its own cryptography.</summary>
internal static partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    /// <summary>Throws unless the call has returned 1.</summary>
    /// <exception cref="CryptographicException">It has failed.</exception>
    public static void Check(int result, string call)
    {
        if (result != 1)
        {
            throw Failure(call);
        }
    }

    /// <summary>The object, unless there is none.</summary>
    /// <exception cref="CryptographicException">The call has failed.</exception>
    public static T Check<T>(T made, string call)
        where T : SafeHandle => made.IsInvalid ? throw Failure(call) : made;

    // The call's entries in the thread's queue of errors go: the next who looks there is .NET.
    private static CryptographicException Failure(string call)
    {
        ClearErrors();
        return new CryptographicException($"OpenSSL: {call} has failed");
    }

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_new_from_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial EvpContext NewContext(nint libraryContext, string algorithm, string? properties);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_new_from_pkey", StringMarshalling = StringMarshalling.Utf8)]
    public static partial EvpContext NewContext(nint libraryContext, EvpKey key, string? properties);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_CTX_set_group_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetGroup(EvpContext context, string name);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_paramgen_init")]
    public static partial int StartParameters(EvpContext context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_keygen_init")]
    public static partial int StartKey(EvpContext context);

    /// <summary>Parameters or a key pair, whichever was started.</summary>
    /// <param name="context">The context.</param>
    /// <param name="key">No key yet, which has OpenSSL make one.</param>
    [LibraryImport(Library, EntryPoint = "EVP_PKEY_generate")]
    public static partial int Generate(EvpContext context, ref EvpKey key);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_dup")]
    public static partial EvpKey Duplicate(EvpKey key);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    public static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "d2i_AutoPrivateKey")]
    public static partial EvpKey ReadPrivateKey(nint target, ref nint encoded, nint size);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_get_octet_string_param", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetBytes(EvpKey key, string name, Span<byte> destination, nuint size, out nuint written);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_set1_encoded_public_key")]
    public static partial int SetPublic(EvpKey key, ReadOnlySpan<byte> point, nuint size);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_init")]
    public static partial int StartDerivation(EvpContext context);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive_set_peer_ex")]
    public static partial int SetPeer(EvpContext context, EvpKey peer, int validate);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_derive")]
    public static partial int Derive(EvpContext context, Span<byte> secret, ref nuint size);
}
