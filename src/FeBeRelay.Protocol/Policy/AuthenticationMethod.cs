using System.Text.RegularExpressions;

namespace FeBeRelay.Protocol.Policy;

/// <summary>How two nodes prove to each other who they are: a certificate of an authority that the node trusts, a pre-shared key, or Kerberos.</summary>
/// <param name="Key">The pre-shared key's name; null for the other ways.</param>
public sealed partial record AuthenticationMethod(string? Key)
{
    /// <summary>What stands before a key's name, in policies and as its holders' name.</summary>
    public const string KeyPrefix = "psk=";

    /// <summary>What a key may be called.</summary>
    public const string KeyNamePattern = "^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$";

    /// <summary>A certificate.</summary>
    public static readonly AuthenticationMethod Certificate = new((string?)null);

    /// <summary>Kerberos v5.</summary>
    public static readonly AuthenticationMethod Kerberos = new((string?)null) { IsKerberos = true };

    /// <summary>Whether it is Kerberos.</summary>
    public bool IsKerberos { get; private init; }

    /// <summary>The method that such a text names, <c>certificate</c>, <c>kerberos</c> or <c>psk=NAME</c>; null if none.</summary>
    public static AuthenticationMethod? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == "certificate" ? Certificate
            : text == "kerberos" ? Kerberos
            : text.StartsWith(KeyPrefix, StringComparison.Ordinal) && IsKeyName(text[KeyPrefix.Length..]) ? new AuthenticationMethod(text[KeyPrefix.Length..])
            : null;
    }

    /// <summary>Whether a pre-shared key may be called so: 1 to 63 of <c>a-z 0-9 . -</c>.</summary>
    public static bool IsKeyName(string name) => KeyName().IsMatch(name);

    /// <inheritdoc/>
    public override string ToString() => IsKerberos ? "kerberos" : Key is null ? "certificate" : KeyPrefix + Key;

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\\z")]
    private static partial Regex KeyName();
}
