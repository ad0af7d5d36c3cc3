namespace FeBeRelay.Channel.Identity;

/// <summary>A peer whose chain passed every check. Only a verification makes one, so holding it is the proof.</summary>
public sealed record PeerIdentity
{
    private const string UnitPrefix = "ou=";

    internal PeerIdentity(
        IReadOnlyList<string> dnsNames,
        IReadOnlyList<string> organizationalUnits,
        string fingerprint,
        DateTimeOffset notAfter,
        string subjectForDisplay)
    {
        DnsNames = dnsNames;
        OrganizationalUnits = organizationalUnits;
        Fingerprint = fingerprint;
        NotAfter = notAfter;
        SubjectForDisplay = subjectForDisplay;
    }

    /// <summary>The first DNS name: what logs and views call this peer.</summary>
    public string Name => DnsNames[0];

    /// <summary>DNS names of the subject alternative name in lower case, at least one; names with wildcards are left out.</summary>
    public IReadOnlyList<string> DnsNames { get; }

    public IReadOnlyList<string> OrganizationalUnits { get; }

    /// <summary>SHA-256 of the leaf, lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>The earliest end of validity in the whole chain: no association should outlive it.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>The subject with control characters replaced, cut to a sane length. For people, never for decisions.</summary>
    public string SubjectForDisplay { get; }

    /// <summary>
    /// Does policy's <paramref name="allowedPeer"/> mean this peer? A DNS name must be equal (case aside) to one of the certificate's;
    /// <c>ou=Front Ends</c> must be equal (case aside) to one organizational unit of the subject.
    /// </summary>
    public bool Matches(string allowedPeer)
    {
        ArgumentNullException.ThrowIfNull(allowedPeer);
        var wanted = allowedPeer.Trim();
        return wanted.StartsWith(UnitPrefix, StringComparison.OrdinalIgnoreCase)
            ? OrganizationalUnits.Contains(wanted[UnitPrefix.Length..].Trim(), StringComparer.OrdinalIgnoreCase)
            : DnsNames.Contains(wanted, StringComparer.OrdinalIgnoreCase);
    }
}
