using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Cryptography;

/// <summary>A named suite: cipher, hash and kind of protection together (clause 2.2).</summary>
/// <param name="Id">Number on the wire.</param>
/// <param name="Name">Name in configuration and logs.</param>
/// <param name="KeySize">Bytes of an AES key, 16 or 32.</param>
/// <param name="Hash">The hash of transcripts and of the key schedule.</param>
/// <param name="HashSize">Bytes of that hash, 32 or 48.</param>
/// <param name="IsConfidential">False for the suite that only authenticates a channel's records (clause 4.4).</param>
public sealed record Suite(ushort Id, string Name, int KeySize, HashAlgorithmName Hash, int HashSize, bool IsConfidential)
{
    public static readonly Suite Aes256Gcm = new(0x0001, "aes256-gcm", 32, HashAlgorithmName.SHA384, 48, true);
    public static readonly Suite Aes128Gcm = new(0x0002, "aes128-gcm", 16, HashAlgorithmName.SHA256, 32, true);
    public static readonly Suite Aes256Gmac = new(0x0003, "aes256-gmac", 32, HashAlgorithmName.SHA384, 48, false);

    /// <summary>All suites of this version.</summary>
    public static IReadOnlyList<Suite> All { get; } = [Aes256Gcm, Aes128Gcm, Aes256Gmac];

    /// <summary>The suite with that number, or null.</summary>
    public static Suite? Find(ushort id) => All.FirstOrDefault(s => s.Id == id);

    /// <summary>The suite with that name, or null.</summary>
    public static Suite? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    /// <summary>Hash of the concatenated parts.</summary>
    internal byte[] Digest(params ReadOnlySpan<byte[]> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(Hash);
        foreach (byte[] part in parts)
        {
            hash.AppendData(part);
        }
        return hash.GetHashAndReset();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
