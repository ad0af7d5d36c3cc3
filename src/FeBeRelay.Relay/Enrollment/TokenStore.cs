using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>
/// Tokens that were made and are not used yet: a file for each node in the folder <c>tokens</c> beside the authority, with a hash in the secret's place.
/// A newer token of a node takes the place of an older one. Taking a token is a rename, so only one taker succeeds, whatever the number of threads and
/// processes. Thread-safe.
/// </summary>
/// <param name="files">The authority's folder.</param>
/// <param name="time">The clock of their validity.</param>
internal sealed class TokenStore(CertificateFiles files, TimeProvider time)
{
    /// <summary>Makes a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="days">Days of validity of the certificate.</param>
    /// <param name="validFor">How long the token counts.</param>
    /// <exception cref="CertificateException">It cannot be written.</exception>
    public TokenRecord Add(EnrollmentToken token, int days, TimeSpan validFor)
    {
        var record = new TokenRecord(token.Name, token.DnsNames, token.OrganizationalUnits, days, time.GetUtcNow() + validFor, EnrollmentToken.HashOf(token.Secret));
        CertificateFiles.Replace(PathOf(token.Name), JsonSerializer.SerializeToUtf8Bytes(record, JsonSerializerOptions.Web), isSecret: true);
        return record;
    }

    /// <summary>The token that a node shows, if it counts. It is not taken by this.</summary>
    /// <param name="name">The node's name, in a stranger's words.</param>
    /// <param name="secret">Its secret, likewise.</param>
    /// <exception cref="EnrollmentRefusal">It does not count.</exception>
    public TokenRecord Check(string name, string secret)
    {
        if (!CertificateNames.IsHostName(name))
        {
            throw Unknown();
        }
        if (Read(PathOf(name)) is { } record && IsOf(record, secret))
        {
            return record.Expires > time.GetUtcNow()
                ? record
                : throw new EnrollmentRefusal(StatusCodes.Status403Forbidden, "TokenExpired", $"the token expired at {record.Expires:u}; make a new one (feberelay certs token)");
        }
        throw Read(UsedPathOf(name)) is { } used && IsOf(used, secret) ? Used() : Unknown();
    }

    /// <summary>Takes a token, once.</summary>
    /// <exception cref="EnrollmentRefusal">Somebody else was quicker.</exception>
    public void Take(TokenRecord token)
    {
        try
        {
            File.Move(PathOf(token.Name), UsedPathOf(token.Name), overwrite: true);
        }
        catch (FileNotFoundException)
        {
            throw Used();
        }
    }

    private static bool IsOf(TokenRecord record, string secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(record.SecretHash), Encoding.UTF8.GetBytes(EnrollmentToken.HashOf(secret)));

    private static TokenRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TokenRecord>(CertificateFile.Read(path, isSecret: true), JsonSerializerOptions.Web);
        }
        catch (IdentityException) when (!File.Exists(path))
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new CertificateException($"{path}: damaged; make the node's token again (feberelay certs token)", e);
        }
    }

    private static EnrollmentRefusal Unknown() =>
        new(StatusCodes.Status401Unauthorized, "TokenUnknown", "this token is not known here: another authority's, or a newer one was made for the node");

    private static EnrollmentRefusal Used() =>
        new(StatusCodes.Status403Forbidden, "TokenUsed", "the token was used already, and counts once; if that was not this node, revoke the certificate (feberelay certs revoke), else make a new token (feberelay certs token)");

    private string PathOf(string name) => files.In(Path.Combine("tokens", $"{name}.json"));

    private string UsedPathOf(string name) => files.In(Path.Combine("tokens", $"{name}.used"));
}
