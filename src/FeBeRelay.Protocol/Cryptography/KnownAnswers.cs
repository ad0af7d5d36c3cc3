using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>
/// One published value for each primitive, through the types that the protocol uses: a platform whose cryptography is broken, or configured away, is noticed before
/// a node starts. Takes some milliseconds.
/// </summary>
public static class KnownAnswers
{
    private static readonly (string Primitive, Func<bool> Holds)[] Tests =
    [
        ("AES-128-GCM", () => Seals(
            "5b9604fe14eadba931b0ccf34843dab9", "921d2507fa8007b7bd067d34", "00112233445566778899aabbccddeeff", "001d0c231287c1182784554ca3a21908",
            "49d8b9783e911913d87094d1f63cc765", "1e348ba07cca2cf04c618cb4d43a5b92")),
        ("AES-256-GCM", () => Seals(
            "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "00000000000000000000000000000000",
            "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")),
        ("HMAC-SHA-256", () => Authenticates(
            Suite.Aes128Gcm, "233e4fdee70bcc20235b6977ddfc05b0df66f5635d827c66e5a63cdb16a24938", "fdb2ee4b6d1a0ac2",
            "120b26ee1355c134c262513c7922deb6c4fd90303de4cd61b9f9cd08f22d6e18")),
        ("HMAC-SHA-384", () => Authenticates(
            Suite.Aes256Gcm, "44b79852cabcf3fe93d2fff55d2afe6a46c35b7ad1954ce0888de7b459b982722faf8b490e6b00e7bcabbd36f18443f5", "9398cd251deafe8b",
            "56128fb438a93f6f48f47c0f4c7549f8008a8e69bbdbf0886ec40f86e7870034ef9090d2b04057391f1def5b25e8f0ad")),
        ("HKDF-SHA-256", () => Derives(
            Suite.Aes128Gcm, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")),
        ("HKDF-SHA-384", () => Derives(
            Suite.Aes256Gcm, "c360e16084cfd13cb44b0dc02d8665de", "685ac7df93701d6c78babd847861bb3c", "e0ddfaaaa7afb53f59a007a205c7149b5b5a72be",
            "00aa140387a3d43aae915c35b306533179019bab")),
        ("ECDH P-256", () => Agrees(
            Group.P256, "0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346",
            "0462d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f26ac333a93a9e70a81cd5a95b5bf8d13990eb741c8c38872b4a07d275a014e30cf",
            "53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285")),
        ("ECDSA P-256 with SHA-256", () => Verifies(
            "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838", "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e",
            "313233343030",
            "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e184cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76")),
    ];

    /// <summary>The primitives that gave a wrong answer, or none at all; empty if all is well.</summary>
    public static IReadOnlyList<string> Failures() => Failures(Tests);

    internal static IReadOnlyList<string> Failures(IEnumerable<(string Primitive, Func<bool> Holds)> tests) =>
        [.. tests.Where(test => !Holds(test.Holds)).Select(test => test.Primitive)];

    private static bool Holds(Func<bool> test)
    {
        try
        {
            return test();
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException or ProtocolException or TypeInitializationException)
        {
            // What the platform cannot load it reports in the last of these ways.
            return false;
        }
    }

    private static bool Seals(string key, string nonce, string associated, string plaintext, string ciphertext, string tag)
    {
        using var aead = new Aead(Hex(key));
        byte[] sealedText = new byte[ciphertext.Length / 2], sealedTag = new byte[Limits.TagSize], opened = new byte[sealedText.Length];
        aead.Seal(Hex(nonce), Hex(plaintext), sealedText, sealedTag, Hex(associated));
        bool opens = aead.TryOpen(Hex(nonce), sealedText, sealedTag, opened, Hex(associated));
        sealedTag[0] ^= 1;
        bool opensChanged = aead.TryOpen(Hex(nonce), sealedText, sealedTag, new byte[sealedText.Length], Hex(associated));
        sealedTag[0] ^= 1;
        return opens && !opensChanged && Is(sealedText, ciphertext) && Is(sealedTag, tag) && Is(opened, plaintext);
    }

    private static bool Authenticates(Suite suite, string key, string message, string mac)
    {
        using var secret = new Secret(Hex(key));
        return Is(LabelledHkdf.Mac(suite, secret, Hex(message)), mac);
    }

    private static bool Derives(Suite suite, string input, string salt, string info, string output)
    {
        using Secret extracted = LabelledHkdf.Extract(suite, Hex(salt), Hex(input));
        byte[] derived = new byte[output.Length / 2];
        LabelledHkdf.Expand(suite, extracted, Hex(info), derived.AsSpan());
        return Is(derived, output);
    }

    private static bool Agrees(Group group, string scalar, string peer, string shared)
    {
        using var own = new KeyShare(group, KeyAgreement.InUse.Import(group, new ECParameters { Curve = group.Curve, D = Hex(scalar) }));
        using Secret agreed = own.Agree(Hex(peer));
        return Is(agreed.Span, shared);
    }

    private static bool Verifies(string x, string y, string message, string signature)
    {
        using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Hex(x), Y = Hex(y) } });
        bool Verify(byte[] signed) =>
            key.VerifyData(signed, Hex(signature), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return Verify(Hex(message)) && !Verify([.. Hex(message), 0]);
    }

    private static bool Is(ReadOnlySpan<byte> value, string expected) => value.SequenceEqual(Hex(expected));

    private static byte[] Hex(string digits) => Convert.FromHexString(digits);
}
