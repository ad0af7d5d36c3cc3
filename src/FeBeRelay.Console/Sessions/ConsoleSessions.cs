using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Relay.Management;

namespace FeBeRelay.WebConsole.Sessions;

/// <summary>
/// Who is signed in. A token is given once; what the browser's tab keeps is the key of a session, which ends with the sign-out, after <see cref="Idle"/>
/// without a page, and with the node. Only digests of keys are kept. Thread-safe.
/// </summary>
internal sealed class ConsoleSessions(ManagedNode node)
{
    /// <summary>A session that no page has used for so long is over.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>Sessions at once; the one that was unused longest makes room.</summary>
    public const int Max = 256;

    private const int KeyBytes = 32;

    private readonly ConcurrentDictionary<string, Entry> _entries = new();
    private readonly ILogger _logger = node.Loggers.CreateLogger<ConsoleSessions>();

    /// <summary>Takes a token and gives the key of a new session, and its role; null for a token that is none.</summary>
    public (string Key, ManagementRole Role)? Begin(string token)
    {
        ManagementRole role = node.Tokens.RoleOfToken(token.Trim());
        if (role == ManagementRole.None)
        {
            ConsoleLog.SignInRefused(_logger);
            node.Audit.ManagementRefused("console", null, "Token", "sign-in: it needs a token");
            return null;
        }
        MakeRoom();
        string key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        _entries[Digest(key)] = new Entry(role, node.Time.GetUtcNow());
        ConsoleLog.SignedIn(_logger, role);
        return (key, role);
    }

    /// <summary>The role of a session; none where it is over. Using it keeps it.</summary>
    public ManagementRole Use(string key)
    {
        string digest = Digest(key);
        if (!_entries.TryGetValue(digest, out Entry? entry))
        {
            return ManagementRole.None;
        }
        if (node.Time.GetUtcNow() - entry.Used > Idle)
        {
            _entries.TryRemove(digest, out _);
            return ManagementRole.None;
        }
        // One that ends meanwhile stays ended.
        return _entries.TryUpdate(digest, entry with { Used = node.Time.GetUtcNow() }, entry) || _entries.ContainsKey(digest) ? entry.Role : ManagementRole.None;
    }

    /// <summary>Ends a session.</summary>
    public void End(string key) => _entries.TryRemove(Digest(key), out _);

    private void MakeRoom()
    {
        while (_entries.Count >= Max && _entries.MinBy(entry => entry.Value.Used) is { Key: { } oldest })
        {
            _entries.TryRemove(oldest, out _);
        }
    }

    private static string Digest(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private sealed record Entry(ManagementRole Role, DateTimeOffset Used);
}
