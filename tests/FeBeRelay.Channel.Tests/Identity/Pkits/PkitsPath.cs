using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Tests.Identity.Pkits;

/// <summary>The chain that a node would send: from the person up to what the trust anchor issued.</summary>
internal static class PkitsPath
{
    public static IReadOnlyList<byte[]> Of(PkitsFiles files, string name)
    {
        List<X509Certificate2> certificates = [.. files.CertificatesOf(name)];
        X509Certificate2 person = PersonIn(certificates, name);
        certificates.Remove(person);
        List<List<X509Certificate2>> paths = [.. Paths(person, certificates, files.Anchor).OrderBy(path => path.Count)];
        // Where no signature of a path holds throughout, that is what the test is about.
        List<X509Certificate2> path = paths.Find(one => Holds(person, one, files.Anchor)) ?? paths.FirstOrDefault() ?? certificates;
        using RSA? key = files.KeyOf(path.FirstOrDefault() ?? files.Anchor);
        return [key is null ? person.RawData : NodeLeaf.From(person, key), .. path.Select(one => one.RawData)];
    }

    private static X509Certificate2 PersonIn(List<X509Certificate2> certificates, string name)
    {
        byte[]? der = PkitsFiles.PersonOf(name);
        return certificates.Find(one => one.RawData.AsSpan().SequenceEqual(der))
            ?? certificates.First(one => !certificates.Any(other => other != one && HasIssued(one, other)));
    }

    private static IEnumerable<List<X509Certificate2>> Paths(X509Certificate2 subject, List<X509Certificate2> rest, X509Certificate2 anchor)
    {
        if (HasIssued(anchor, subject))
            yield return [];
        foreach (X509Certificate2 issuer in rest.Where(one => HasIssued(one, subject)))
        {
            foreach (List<X509Certificate2> path in Paths(issuer, [.. rest.Where(one => one != issuer)], anchor))
                yield return [issuer, .. path];
        }
    }

    private static bool Holds(X509Certificate2 person, List<X509Certificate2> path, X509Certificate2 anchor)
    {
        List<X509Certificate2> issuers = [.. path, anchor];
        return issuers.Zip(path.Prepend(person)).All(pair => Signed(pair.First, pair.Second));
    }

    private static bool Signed(X509Certificate2 issuer, X509Certificate2 subject)
    {
        using RSA? key = issuer.GetRSAPublicKey();
        return key is not null && NodeLeaf.IsSignedBy(subject, key);
    }

    /// <summary>By distinguished name with the platform's comparison: PKITS varies white space and case.</summary>
    private static bool HasIssued(X509Certificate2 issuer, X509Certificate2 subject) =>
        string.Equals(Plain(issuer.Subject), Plain(subject.Issuer), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => string.Join(' ', name.Replace("\"", "", StringComparison.Ordinal)
        .Split([' ', '=', ','], StringSplitOptions.RemoveEmptyEntries));
}
