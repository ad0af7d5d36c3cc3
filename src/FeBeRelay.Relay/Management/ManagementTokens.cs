using System.Security.Cryptography;
using System.Text;

namespace FeBeRelay.Relay.Management;

/// <summary>Knows which role a bearer token gives, and not the tokens themselves. Thread-safe.</summary>
internal sealed class ManagementTokens(string viewer, string operating)
{
    private readonly byte[] _viewer = Digest(viewer);
    private readonly byte[] _operator = Digest(operating);

    /// <summary>The role of who sends that value of Authorization; none where it is not <c>Bearer</c> and a token.</summary>
    public ManagementRole RoleOf(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return ManagementRole.None;
        }
        return RoleOfToken(authorization[Scheme.Length..].Trim());
    }

    /// <summary>The role of who has that token.</summary>
    public ManagementRole RoleOfToken(string token)
    {
        // Digests of equal length, so that the comparison tells nothing by its time.
        byte[] given = Digest(token);
        bool operates = CryptographicOperations.FixedTimeEquals(given, _operator);
        bool views = CryptographicOperations.FixedTimeEquals(given, _viewer);
        return operates ? ManagementRole.Operator : views ? ManagementRole.Viewer : ManagementRole.None;
    }

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
