using System.Collections;
using System.Reflection;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Testing.Secrets;

/// <summary>
/// Every secret that can be reached from an object of the product, as a test sees it that looks into private fields: a hook in the product would be one more way
/// to its keys. Only masked copies are kept, so that a search of this process' memory does not find the test's own.
/// </summary>
public sealed class LiveSecrets
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly HashSet<MaskedSecret> _found = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyCollection<MaskedSecret> Found => _found;

    /// <summary>Adds what can be reached from there, with the ciphers' keys that are made of it.</summary>
    public void Collect(params object[] roots)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<object>(roots);
        while (waiting.TryPop(out object? next))
        {
            if (!seen.Add(next))
            {
                continue;
            }
            if (next is Secret secret)
            {
                Add(secret);
                continue;
            }
            if (next is TrafficKey key)
            {
                AddCipherKey(key);
            }
            foreach (object child in ChildrenOf(next))
            {
                waiting.Push(child);
            }
        }
    }

    private void Add(Secret secret)
    {
        // An iv alone is no key.
        if (!secret.IsDisposed && secret.Size >= 16)
        {
            _found.Add(MaskedSecret.Of(secret.Span));
        }
    }

    private void AddCipherKey(TrafficKey key)
    {
        var secret = (Secret)FieldOf(key, "_secret");
        if (!secret.IsDisposed)
        {
            var suite = (Suite)FieldOf(key, "_suite");
            using Secret cipherKey = LabelledHkdf.Expand(suite, secret, "key", [], suite.KeySize);
            Add(cipherKey);
        }
    }

    private static object FieldOf(object owner, string name) => owner.GetType().GetField(name, Fields)!.GetValue(owner)!;

    private static IEnumerable<object> ChildrenOf(object owner)
    {
        if (owner is IEnumerable items and not string)
        {
            return items.Cast<object?>().OfType<object>().Where(MayHold);
        }
        var children = new List<object>();
        for (Type? type = owner.GetType(); type is not null && IsProduct(type); type = type.BaseType)
        {
            children.AddRange(type.GetFields(Fields).Where(f => !f.FieldType.IsPrimitive && !f.FieldType.IsByRefLike && !f.FieldType.IsPointer).Select(f => f.GetValue(owner)).OfType<object>().Where(MayHold));
        }
        return children;
    }

    private static bool MayHold(object value) => IsProduct(value.GetType()) || value is IEnumerable and not string and not Array { Rank: 1 } || value is object[];

    private static bool IsProduct(Type type) =>
        type.Namespace?.StartsWith("FeBeRelay", StringComparison.Ordinal) == true || type.FullName?.StartsWith("System.Collections.Generic.KeyValuePair", StringComparison.Ordinal) == true;
}
