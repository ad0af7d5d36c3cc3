using System.Security.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// Keys of the leaves whose chains have passed, by the hash of all the certificate's bytes: to read a key takes longer than to verify with it. Nothing else is
/// remembered of a leaf; whether its chain still passes is asked each time. Only accepted leaves are kept, so a stranger cannot fill it; the oldest makes
/// room. Thread-safe.
/// </summary>
internal sealed class KnownLeaves(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LeafKey?> _keys = [];
    private readonly Queue<string> _order = [];

    /// <summary>Verifies with the key that is kept; an accepted leaf's is kept from its next signature on.</summary>
    /// <exception cref="ProtocolException">As <see cref="LeafSignature.Verify"/>.</exception>
    public void Verify(ReadOnlySpan<byte> leafDer, SignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        string name = NameOf(leafDer);
        if (Find(name, out bool isAccepted) is { } known)
        {
            known.Verify(scheme, content, signature);
        }
        else if (isAccepted)
        {
            LeafKey key = LeafKey.Read(leafDer);
            Keep(name, key);
            key.Verify(scheme, content, signature);
        }
        else
        {
            LeafSignature.Verify(leafDer, scheme, content, signature);
        }
    }

    /// <summary>To be called when the leaf's chain has passed.</summary>
    public void Accept(ReadOnlySpan<byte> leafDer)
    {
        string name = NameOf(leafDer);
        lock (_lock)
        {
            if (!_keys.TryAdd(name, null))
            {
                return;
            }
            _order.Enqueue(name);
            if (_order.Count > capacity)
            {
                // Somebody may be verifying with it: left to the collector.
                _keys.Remove(_order.Dequeue());
            }
        }
    }

    private static string NameOf(ReadOnlySpan<byte> leafDer) => Convert.ToHexString(SHA256.HashData(leafDer));

    private LeafKey? Find(string name, out bool isAccepted)
    {
        lock (_lock)
        {
            isAccepted = _keys.TryGetValue(name, out LeafKey? key);
            return key;
        }
    }

    private void Keep(string name, LeafKey key)
    {
        lock (_lock)
        {
            if (_keys.ContainsKey(name))
            {
                _keys[name] = key;
            }
        }
    }
}
