using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;

namespace FeBeRelay.Channel.Identity;

/// <summary>A peer whose chain passed every check. Only a verification makes one, so holding it is the proof.</summary>
public sealed record PeerIdentity
{
    private const string UnitPrefix = "ou=";
    private static readonly TimeSpan LifeByTicket = TimeSpan.FromHours(10);

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

    /// <summary>How it has proved who it is.</summary>
    public AuthenticationMethod Method { get; private init; } = AuthenticationMethod.Certificate;

    /// <summary>Whoever has proved to hold that key: any node of its group, named after the key.</summary>
    internal static PeerIdentity Of(PreSharedKey key) =>
        new([key.ToString()], [], key.Fingerprint, DateTimeOffset.MaxValue, $"pre-shared key {key.Name}") { Method = new AuthenticationMethod(key.Name) };

    /// <summary>Whoever has proved to hold a ticket's key: that principal of Kerberos, whose ticket is over after an unknown time.</summary>
    internal static PeerIdentity Of(TicketContext ticket) =>
        new([ticket.Name], [], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ticket.Name))), DateTimeOffset.MaxValue, $"Kerberos principal {ticket.Name[TicketContext.Prefix.Length..]}")
        {
            Method = AuthenticationMethod.Kerberos,
            LongestLife = LifeByTicket,
        };

    /// <summary>How long an association with it lives at most, whatever was agreed; null for no more than <see cref="NotAfter"/> says.</summary>
    internal TimeSpan? LongestLife { get; private init; }

    /// <summary>The first DNS name: what logs and views call this peer.</summary>
    public string Name => DnsNames[0];

    /// <summary>DNS names of the subject alternative name in lower case, at least one; names with wildcards are left out. Of a pre-shared key: <c>psk=NAME</c>, of a principal of Kerberos <c>krb=NAME@REALM</c>.</summary>
    public IReadOnlyList<string> DnsNames { get; }

    public IReadOnlyList<string> OrganizationalUnits { get; }

    /// <summary>SHA-256 of the leaf, lower-case hexadecimal; of a pre-shared key what tells it from others, of a principal of Kerberos SHA-256 of its name.</summary>
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
