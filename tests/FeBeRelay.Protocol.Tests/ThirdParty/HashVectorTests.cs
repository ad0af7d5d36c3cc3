using FeBeRelay.Protocol.Cryptography;
using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>HKDF and HMAC of others through <see cref="LabelledHkdf"/>, below its labels.</summary>
public sealed class HashVectorTests
{
    [Theory]
    [InlineData("hkdf_sha256_test.json", 86)]
    [InlineData("hkdf_sha384_test.json", 83)]
    public void Wycheproof_derives_the_same(string file, int count)
    {
        var differences = new Differences();
        foreach (WycheproofTest test in WycheproofFile.Read(file))
        {
            byte[]? okm = Derive(SuiteOf(file), test.Bytes("salt"), test.Bytes("ikm"), test.Bytes("info"), test.Number("size"));
            differences.Check(test.Name, test.IsValid ? okm.AsSpan().SequenceEqual(test.Bytes("okm")) : okm is null);
        }
        differences.AssertNone(count);
    }

    [Theory]
    [InlineData("rfc-5869-HKDF-SHA256.txt", 3)]
    [InlineData("hkdf-generated.txt", 1)]
    public void Rfc_5869_derives_the_same(string file, int count)
    {
        var differences = new Differences();
        Dictionary<string, string> whole = [];
        foreach (NistEntry entry in NistFile.Read("KDF", file))
        {
            // Blank lines stand inside these vectors: COUNT begins one.
            whole = entry.Has("COUNT") ? [] : whole;
            foreach ((string name, string value) in entry.Values)
            {
                whole[name] = value;
            }
            if (whole.ContainsKey("OKM"))
            {
                var vector = new NistEntry([], whole);
                byte[]? okm = Derive(Suite.Aes128Gcm, vector.Bytes("salt"), vector.Bytes("IKM"), vector.Bytes("info"), int.Parse(vector.Text("L")));
                differences.Check($"{file} {whole["COUNT"]}", okm.AsSpan().SequenceEqual(vector.Bytes("OKM")));
            }
        }
        differences.AssertNone(count);
    }

    [Theory]
    [InlineData("hmac_sha256_test.json")]
    [InlineData("hmac_sha384_test.json")]
    public void Wycheproof_authenticates_the_same(string file)
    {
        Suite suite = SuiteOf(file);
        var differences = new Differences();
        foreach (WycheproofTest test in WycheproofFile.Read(file))
        {
            using var key = new Secret(test.Bytes("key"));
            byte[] tag = test.Bytes("tag");
            bool begins = LabelledHkdf.Mac(suite, key, test.Bytes("msg")).AsSpan().StartsWith(tag);
            bool isRight = LabelledHkdf.MacIsRight(suite, key, test.Bytes("msg"), tag);
            differences.Check(test.Name, begins == test.IsValid && isRight == (test.IsValid && tag.Length == suite.HashSize));
        }
        differences.AssertNone(174);
    }

    [Theory]
    [InlineData("rfc-4231-sha256.txt")]
    [InlineData("rfc-4231-sha384.txt")]
    public void Rfc_4231_authenticates_the_same(string file)
    {
        var differences = new Differences();
        foreach (NistEntry entry in NistFile.Read("HMAC", file))
        {
            using var key = new Secret(entry.Bytes("Key"));
            byte[] mac = LabelledHkdf.Mac(SuiteOf(file), key, entry.Bytes("Msg"));
            differences.Check(entry.Name, mac.AsSpan().StartsWith(entry.Bytes("MD")));
        }
        differences.AssertNone(6);
    }

    private static Suite SuiteOf(string file) => file.Contains("384", StringComparison.Ordinal) ? Suite.Aes256Gcm : Suite.Aes128Gcm;

    private static byte[]? Derive(Suite suite, byte[] salt, byte[] input, byte[] info, int size)
    {
        using Secret extracted = LabelledHkdf.Extract(suite, salt, input);
        byte[] output = new byte[size];
        try
        {
            LabelledHkdf.Expand(suite, extracted, info, output.AsSpan());
            return output;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
