using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity;

/// <summary>On the wire a chain is the leaf, its issuer, that one's issuer and so on.</summary>
public static class ChainOrder
{
    public static bool IsOrdered(IReadOnlyList<X509Certificate2> chain) =>
        Enumerable.Range(1, chain.Count - 1).All(i => Issued(chain[i], chain[i - 1]));

    /// <summary>The intermediates above a leaf, in order, without the root: the receiver has its own.</summary>
    public static IReadOnlyList<X509Certificate2> Above(X509Certificate2 leaf, IEnumerable<X509Certificate2> candidates)
    {
        var pool = candidates.Where(candidate => !Issued(candidate, candidate)).ToList();
        var path = new List<X509Certificate2>();
        for (var subject = leaf; pool.Find(candidate => Issued(candidate, subject)) is { } issuer; subject = issuer)
        {
            path.Add(issuer);
            pool.Remove(issuer);
        }

        return path;
    }

    private static bool Issued(X509Certificate2 issuer, X509Certificate2 subject) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData);
}
