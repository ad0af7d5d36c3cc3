using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Channel.Identity;

/// <summary>
/// A file that holds one pre-shared key: one line, <c>feberelay-psk-1</c>, a space, 32 to 64 random bytes in base 64. The mark says that a generator made
/// it: words that people choose can be guessed from one recorded hello.
/// </summary>
public static class PreSharedKeyFile
{
    private const string Mark = "feberelay-psk-1 ";
    private const int LargestFile = 1024;

    /// <summary>The line of a new key.</summary>
    public static string Generate()
    {
        byte[] key = RandomNumberGenerator.GetBytes(PreSharedKey.MinSize);
        string line = Mark + Convert.ToBase64String(key) + "\n";
        CryptographicOperations.ZeroMemory(key);
        return line;
    }

    /// <summary>Loads a key, from a file that only its owner can read.</summary>
    /// <exception cref="IdentityException">The message names the file, what is wrong and the fix.</exception>
    public static PreSharedKey Load(string name, string path)
    {
        byte[] content = CertificateFile.Read(path, isSecret: true, LargestFile);
        byte[] key = [];
        try
        {
            key = Decode(content) ?? throw new IdentityException($"{path}: holds no pre-shared key of the form \"{Mark}...\"; make one with feberelay certs psk");
            return IsRandom(key)
                ? new PreSharedKey(name, key)
                : throw new IdentityException($"{path}: the key is not {PreSharedKey.MinSize} to {PreSharedKey.MaxSize} random bytes; make one with feberelay certs psk");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[]? Decode(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> line = content.TrimEnd("\r\n"u8);
        if (!line.StartsWith(Encoding.ASCII.GetBytes(Mark)))
        {
            return null;
        }
        var key = new byte[line.Length];
        bool isWhole = System.Buffers.Text.Base64.DecodeFromUtf8(line[Mark.Length..], key, out _, out int size) == System.Buffers.OperationStatus.Done;
        byte[] exact = isWhole ? key[..size] : [];
        CryptographicOperations.ZeroMemory(key);
        return isWhole ? exact : null;
    }

    // Of 32 random bytes fewer than 16 are different, or all are printable, less often than once in 10^13 keys.
    private static bool IsRandom(byte[] key) =>
        key.Length is >= PreSharedKey.MinSize and <= PreSharedKey.MaxSize && key.Distinct().Count() >= 16 && key.Any(b => b is < 0x20 or > 0x7E);
}
