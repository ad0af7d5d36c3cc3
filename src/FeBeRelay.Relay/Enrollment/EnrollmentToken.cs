using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>
/// What a new node is given so that it can have its own key certified once: the names that it will have, the authority that it is to believe, and a
/// secret. One line of text, a secret as a whole.
/// </summary>
/// <param name="Name">The node's name.</param>
/// <param name="DnsNames">The DNS names of its certificate.</param>
/// <param name="OrganizationalUnits">Its organizational units.</param>
/// <param name="Authority">SHA-256 of the authority's certificate, lower-case hexadecimal: whoever cannot show that one is not sent the secret.</param>
/// <param name="Secret">256 random bits, base64url.</param>
internal sealed record EnrollmentToken(string Name, IReadOnlyList<string> DnsNames, IReadOnlyList<string> OrganizationalUnits, string Authority, string Secret)
{
    private const string Prefix = "feberelay-token-1.";
    private const int LongestText = 16 * 1024;
    private const int SecretBytes = 32;

    /// <summary>What the certificate is asked for with.</summary>
    public IssueRequest Names => new(Name) { DnsNames = DnsNames, OrganizationalUnits = OrganizationalUnits };

    /// <summary>A token with a new secret.</summary>
    public static EnrollmentToken Create(IssueRequest names, X509Certificate2 authority) =>
        new(names.Name, names.DnsNames, names.OrganizationalUnits, CertificateNames.Fingerprint(authority), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Reads a token's line.</summary>
    /// <param name="text">The line.</param>
    /// <param name="source">Where it is from, for the message, which has nothing of the text.</param>
    /// <exception cref="CertificateException">It is no token.</exception>
    public static EnrollmentToken Parse(string text, string source)
    {
        text = text.Trim();
        if (text.Length <= LongestText && text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            try
            {
                EnrollmentToken? token = JsonSerializer.Deserialize<EnrollmentToken>(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)), JsonSerializerOptions.Web);
                if (token is { Name: not null, DnsNames: not null, OrganizationalUnits: not null, Authority: not null, Secret: not null } && CertificateNames.IsHostName(token.Name))
                {
                    return token;
                }
            }
            catch (Exception e) when (e is FormatException or JsonException)
            {
                // Said below, for all that is wrong with it.
            }
        }
        throw new CertificateException($"{source}: not a token, or not all of it; copy the line that feberelay certs token has written");
    }

    /// <summary>The line.</summary>
    public string ToText() => Prefix + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web));

    /// <summary>Who holds the text is the node: it is not to get into a log by accident.</summary>
    public override string ToString() => $"token of {Name}";

    /// <summary>What is kept of a secret. As many random bits as the hash has: nothing is gained by guessing, so no slow hash is needed.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
