namespace FeBeRelay.Protocol.Cryptography.OpenSsl;

/// <summary>A key pair that OpenSSL holds.</summary>
/// <param name="key">The pair.</param>
/// <param name="parameters">Those of its curve, which stay the giver's.</param>
internal sealed class OpenSslKeyPair(EvpKey key, EvpKey parameters) : IKeyPair
{
    public void ExportPublic(Span<byte> destination) =>
        LibCrypto.Check(LibCrypto.GetBytes(key, "encoded-pub-key", destination, (nuint)destination.Length, out _), "EVP_PKEY_get_octet_string_param");

    public void Agree(ReadOnlySpan<byte> peer, Span<byte> secret)
    {
        using EvpKey other = LibCrypto.Check(LibCrypto.Duplicate(parameters), "EVP_PKEY_dup");
        // Refuses coordinates that are not below the prime, and points that are not on the curve.
        LibCrypto.Check(LibCrypto.SetPublic(other, peer, (nuint)peer.Length), "EVP_PKEY_set1_encoded_public_key");
        using EvpContext context = LibCrypto.Check(LibCrypto.NewContext(0, key, null), "EVP_PKEY_CTX_new_from_pkey");
        LibCrypto.Check(LibCrypto.StartDerivation(context), "EVP_PKEY_derive_init");
        // No second check, which would multiply the point by the order of the group: all points of these curves but infinity have that order (the cofactor
        // is 1), so being one of them is enough (NIST SP 800-56A, 5.6.2.3.4), and infinity has no such form.
        LibCrypto.Check(LibCrypto.SetPeer(context, other, validate: 0), "EVP_PKEY_derive_set_peer_ex");
        var size = (nuint)secret.Length;
        LibCrypto.Check(LibCrypto.Derive(context, secret, ref size), "EVP_PKEY_derive");
    }

    public void Dispose() => key.Dispose();
}
