using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Channel.Identity.Revocation;

/// <summary>
/// What a node knows of certificates that were taken back, by lists and by responders' answers, and what it makes of one of which it knows nothing
/// current. Both are read from files or fetched beside negotiations, never because of what a certificate says. Immutable but for the answers, which come one by one.
/// </summary>
/// <param name="lists">The lists; several of one authority are asked together.</param>
/// <param name="refusesUnknown">Whether a certificate is refused of which there is neither a current list of its authority nor a current answer.</param>
/// <param name="answers">Responders' answers; null where none is asked.</param>
public sealed class RevocationLists(IReadOnlyList<RevocationList> lists, bool refusesUnknown, OcspAnswers? answers = null)
{
    /// <summary>Revocation is not looked at.</summary>
    public static readonly RevocationLists None = new([], refusesUnknown: false);

    /// <summary>The lists.</summary>
    public IReadOnlyList<RevocationList> All => lists;

    /// <summary>Responders' answers; null where none is asked.</summary>
    public OcspAnswers? Answers => answers;

    /// <summary>Whether a list or an answer stops to count within that time.</summary>
    public bool EndsBetween(DateTimeOffset after, DateTimeOffset until) =>
        lists.Select(list => list.NextUpdate).Concat(answers?.All.Values.Select(answer => answer.NextUpdate) ?? []).Any(end => end > after && end <= until);

    /// <summary>Whether a certificate of the chain was taken back.</summary>
    /// <param name="chain">A chain that was built: leaf first, each followed by its issuer, root last.</param>
    /// <param name="now">The time.</param>
    /// <param name="validUntil">Until when the answer "no" counts.</param>
    internal CertificateProblem? FindProblem(IReadOnlyList<X509Certificate2> chain, DateTimeOffset now, out DateTimeOffset validUntil)
    {
        validUntil = DateTimeOffset.MaxValue;
        if (lists.Count == 0 && answers is null && !refusesUnknown)
        {
            return null;
        }
        CertificateProblem? first = null;
        for (int i = 0; i + 1 < chain.Count; i++)
        {
            RevocationList[] ofIssuer = [.. lists.Where(list => list.IsOf(chain[i + 1]))];
            // For each of the chain, also behind a problem: what is not known yet is asked about in one go.
            OcspResponse? answer = answers?.Find(chain[i], chain[i + 1]);
            CertificateProblem? problem = Find(chain[i], ofIssuer, answer, now);
            first = problem?.Refusal == IdentityRefusal.Revoked && first?.Refusal != IdentityRefusal.Revoked ? problem : first ?? problem;
            if (problem is null && refusesUnknown)
            {
                // What is known to be good is so for as long as a list or an answer says it.
                DateTimeOffset until = ofIssuer.Select(list => list.NextUpdate).Append(answer is { Status: CertificateStatus.Good } ? answer.NextUpdate : DateTimeOffset.MinValue).Max();
                validUntil = until < validUntil ? until : validUntil;
            }
        }
        return first;
    }

    private CertificateProblem? Find(X509Certificate2 certificate, RevocationList[] ofIssuer, OcspResponse? answer, DateTimeOffset now)
    {
        string name = CertificateNames.Display(certificate);
        // Also by a list or an answer that is over: what was taken back stays taken back.
        if (answer is { Status: CertificateStatus.Revoked } || ofIssuer.Any(list => list.Lists(certificate)))
        {
            return new(IdentityRefusal.Revoked, $"the certificate of {name} was revoked by its authority, {CertificateNames.Printable(certificate.Issuer)}");
        }
        bool known = ofIssuer.Any(list => list.IsCurrent(now)) || (answer is { Status: CertificateStatus.Good } && answer.IsCurrent(now));
        return known || !refusesUnknown
            ? null
            : new(IdentityRefusal.RevocationUnknown, $"whether the certificate of {name} was revoked is not known: {Why(certificate, ofIssuer, answer)}");
    }

    private string Why(X509Certificate2 certificate, RevocationList[] ofIssuer, OcspResponse? answer) =>
        answers is null || (ofIssuer.Length > 0 && answer is null) ? WhyNoList(certificate, ofIssuer)
        : answer is null ? "the responder has not been asked yet; it is being asked now, the next try finds its answer"
        : answer.Status == CertificateStatus.Unknown ? "the responder does not know this certificate"
        : $"the responder's answer ended at {answer.NextUpdate:yyyy-MM-dd HH:mm:ss'Z'}";

    private static string WhyNoList(X509Certificate2 certificate, RevocationList[] ofIssuer) =>
        (ofIssuer.Length == 0 ? "there is no revocation list" : $"the revocation list ended at {ofIssuer.Max(l => l.NextUpdate):yyyy-MM-dd HH:mm:ss'Z'}")
        + $" of {CertificateNames.Printable(certificate.Issuer)}";
}
