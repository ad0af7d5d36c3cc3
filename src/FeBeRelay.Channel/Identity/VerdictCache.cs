using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace FeBeRelay.Channel.Identity;

/// <summary>
/// Chains that passed, by the hash of all their bytes and the role. Building a chain is the dearest step of main mode. Validity is
/// looked at again on each hit. Only acceptance is remembered, so a stranger cannot fill it; the oldest entry makes room.
/// </summary>
internal sealed class VerdictCache(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Queue<string> _order = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    public static string KeyOf(IReadOnlyList<byte[]> chain, PeerRole role)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)role]);
        foreach (var der in chain)
        {
            hash.AppendData(BitConverter.GetBytes(der.Length));
            hash.AppendData(der);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public bool TryGet(string key, DateTimeOffset now, [NotNullWhen(true)] out PeerVerdict? verdict)
    {
        lock (_lock)
        {
            var hit = _entries.TryGetValue(key, out var entry) && entry.NotBefore <= now && now <= entry.NotAfter;
            verdict = hit ? entry!.Verdict : null;
            return hit;
        }
    }

    public void Add(string key, PeerVerdict verdict, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        lock (_lock)
        {
            if (!_entries.TryAdd(key, new(verdict, notBefore, notAfter)))
                return;
            _order.Enqueue(key);
            if (_order.Count > capacity)
                _entries.Remove(_order.Dequeue());
        }
    }

    private sealed record Entry(PeerVerdict Verdict, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
