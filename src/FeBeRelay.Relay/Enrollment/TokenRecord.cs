using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>What the authority keeps of a token: all but the secret.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="DnsNames">The DNS names that it may have certified: these, and all of them.</param>
/// <param name="OrganizationalUnits">Its organizational units, likewise.</param>
/// <param name="Days">Days of validity of the certificate.</param>
/// <param name="Expires">Until when the token counts.</param>
/// <param name="SecretHash">SHA-256 of the secret, lower-case hexadecimal.</param>
internal sealed record TokenRecord(
    string Name, IReadOnlyList<string> DnsNames, IReadOnlyList<string> OrganizationalUnits, int Days, DateTimeOffset Expires, string SecretHash)
{
    /// <summary>What is certified.</summary>
    public IssueRequest Names => new(Name) { DnsNames = DnsNames, OrganizationalUnits = OrganizationalUnits, Days = Days };
}
