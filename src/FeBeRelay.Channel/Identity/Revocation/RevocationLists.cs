using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>
/// The revocation lists that a node has, and what it makes of an authority without a current one. They are read from files or fetched beside
/// negotiations, never because of what a certificate says. Immutable.
/// </summary>
/// <param name="lists">The lists; several of one authority are asked together.</param>
/// <param name="refusesUnknown">Whether a certificate is refused of whose authority there is no current list.</param>
public sealed class RevocationLists(IReadOnlyList<RevocationList> lists, bool refusesUnknown)
{
    /// <summary>Revocation is not looked at.</summary>
    public static readonly RevocationLists None = new([], refusesUnknown: false);

    /// <summary>The lists.</summary>
    public IReadOnlyList<RevocationList> All => lists;

    /// <summary>When the first of them stops to count; the end of time without lists.</summary>
    public DateTimeOffset FirstNextUpdate => lists.Select(l => l.NextUpdate).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

    /// <summary>Whether a certificate of the chain was taken back.</summary>
    /// <param name="chain">A chain that was built: leaf first, each followed by its issuer, root last.</param>
    /// <param name="now">The time.</param>
    /// <param name="validUntil">Until when the answer "no" counts.</param>
    internal CertificateProblem? FindProblem(IReadOnlyList<X509Certificate2> chain, DateTimeOffset now, out DateTimeOffset validUntil)
    {
        validUntil = DateTimeOffset.MaxValue;
        if (lists.Count == 0 && !refusesUnknown)
        {
            return null;
        }
        for (int i = 0; i + 1 < chain.Count; i++)
        {
            RevocationList[] ofIssuer = [.. lists.Where(list => list.IsOf(chain[i + 1]))];
            if (Find(chain[i], ofIssuer, now) is { } problem)
            {
                return problem;
            }
            // Where unknown is refused, what is known to be good is so for as long as a list says it.
            DateTimeOffset until = refusesUnknown ? ofIssuer.Max(l => l.NextUpdate) : DateTimeOffset.MaxValue;
            validUntil = until < validUntil ? until : validUntil;
        }
        return null;
    }

    private CertificateProblem? Find(X509Certificate2 certificate, RevocationList[] ofIssuer, DateTimeOffset now)
    {
        string name = CertificateNames.Display(certificate);
        // Also on a list that is over: what was taken back stays taken back.
        if (ofIssuer.Any(list => list.Lists(certificate)))
        {
            return new(IdentityRefusal.Revoked, $"the certificate of {name} was revoked by its authority, {CertificateNames.Printable(certificate.Issuer)}");
        }
        bool known = ofIssuer.Any(list => list.IsCurrent(now));
        return known || !refusesUnknown
            ? null
            : new(
                IdentityRefusal.RevocationUnknown,
                $"whether the certificate of {name} was revoked is not known: "
                + (ofIssuer.Length == 0 ? "there is no revocation list" : $"the revocation list ended at {ofIssuer.Max(l => l.NextUpdate):yyyy-MM-dd HH:mm:ss'Z'}")
                + $" of {CertificateNames.Printable(certificate.Issuer)}");
    }
}
