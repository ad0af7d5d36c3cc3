using FeBeRelay.Protocol.Cryptography;
using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>
/// AES-GCM of others through <see cref="Aead"/>. Vectors with nonces of other sizes or keys of 192 bits are none of this protocol's. Shorter tags are
/// beginnings of the whole one: what is sealed must begin with them, and they do not open.
/// </summary>
public sealed class AeadVectorTests
{
    private const int NonceBits = Aead.NonceSize * 8;
    private const int TagBits = Limits.TagSize * 8;

    [Fact]
    public void Wycheproof_seals_and_opens_the_same()
    {
        var differences = new Differences();
        foreach (WycheproofTest test in WycheproofFile.Read("aes_gcm_test.json"))
        {
            if (test.GroupNumber("ivSize") == NonceBits && test.GroupNumber("tagSize") == TagBits && test.GroupNumber("keySize") != 192)
            {
                byte[] message = test.Bytes("msg");
                byte[]? opened = Open(test.Bytes("key"), test.Bytes("iv"), test.Bytes("ct"), test.Bytes("tag"), test.Bytes("aad"));
                (byte[] ciphertext, byte[] tag) = Seal(test.Bytes("key"), test.Bytes("iv"), message, test.Bytes("aad"));
                bool same = ciphertext.AsSpan().SequenceEqual(test.Bytes("ct")) && tag.AsSpan().SequenceEqual(test.Bytes("tag"));
                differences.Check(test.Name, test.IsValid ? same && opened.AsSpan().SequenceEqual(message) : !same && opened is null);
            }
        }
        differences.AssertNone(133);
    }

    [Theory]
    [InlineData("gcmEncryptExtIV128.rsp")]
    [InlineData("gcmEncryptExtIV256.rsp")]
    public void Nist_seals_the_same(string file)
    {
        var differences = new Differences();
        foreach (NistEntry entry in WithOurNonce(file))
        {
            (byte[] ciphertext, byte[] tag) = Seal(entry.Bytes("Key"), entry.Bytes("IV"), entry.Bytes("PT"), entry.Bytes("AAD"));
            differences.Check(entry.Name, ciphertext.AsSpan().SequenceEqual(entry.Bytes("CT")) && tag.AsSpan().StartsWith(entry.Bytes("Tag")));
        }
        differences.AssertNone(2_625);
    }

    [Theory]
    [InlineData("gcmDecrypt128.rsp")]
    [InlineData("gcmDecrypt256.rsp")]
    public void Nist_opens_the_same(string file)
    {
        var differences = new Differences();
        foreach (NistEntry entry in WithOurNonce(file).Where(e => e.IsIn($"Taglen = {TagBits}")))
        {
            byte[]? opened = Open(entry.Bytes("Key"), entry.Bytes("IV"), entry.Bytes("CT"), entry.Bytes("Tag"), entry.Bytes("AAD"));
            differences.Check(entry.Name, entry.Has("FAIL") ? opened is null : opened.AsSpan().SequenceEqual(entry.Bytes("PT")));
        }
        differences.AssertNone(375);
    }

    [Fact]
    public void A_tag_cut_short_does_not_open()
    {
        var (ciphertext, tag) = Seal(new byte[16], new byte[12], [1, 2, 3], []);
        Assert.NotNull(Open(new byte[16], new byte[12], ciphertext, tag, []));
        for (int size = 0; size < tag.Length; size++)
        {
            Assert.Throws<ArgumentException>(() => Open(new byte[16], new byte[12], ciphertext, tag[..size], []));
        }
    }

    private static IEnumerable<NistEntry> WithOurNonce(string file) =>
        NistFile.Read("ciphers", "AES", "GCM", file).Where(e => e.IsIn($"IVlen = {NonceBits}") && e.Has("Tag"));

    private static (byte[] Ciphertext, byte[] Tag) Seal(byte[] key, byte[] nonce, byte[] plaintext, byte[] associated)
    {
        using var aead = new Aead(key);
        byte[] ciphertext = new byte[plaintext.Length], tag = new byte[Limits.TagSize];
        aead.Seal(nonce, plaintext, ciphertext, tag, associated);
        return (ciphertext, tag);
    }

    private static byte[]? Open(byte[] key, byte[] nonce, byte[] ciphertext, byte[] tag, byte[] associated)
    {
        using var aead = new Aead(key);
        byte[] plaintext = new byte[ciphertext.Length];
        return aead.TryOpen(nonce, ciphertext, tag, plaintext, associated) ? plaintext : null;
    }
}
