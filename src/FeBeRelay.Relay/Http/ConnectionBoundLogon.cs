using System.Text;
using Microsoft.Extensions.Primitives;

namespace FeBeRelay.Relay.Http;

/// <summary>NTLM and Negotiate log a person on to the TCP connection, not to a request (MS-NTHT, RFC 4559): whoever comes next on it is that person.</summary>
internal static class ConnectionBoundLogon
{
    /// <summary>Whether a challenge or credentials start with one of the two schemes.</summary>
    public static bool IsScheme(ReadOnlySpan<byte> value) => StartsWith(value, "NTLM"u8) || StartsWith(value, "Negotiate"u8);

    /// <summary>Whether any of a field's values does.</summary>
    public static bool IsScheme(StringValues values)
    {
        foreach (string? value in values)
        {
            if (value is not null && (StartsWith(value, "NTLM") || StartsWith(value, "Negotiate")))
            {
                return true;
            }
        }
        return false;
    }

    private static bool StartsWith(ReadOnlySpan<byte> value, ReadOnlySpan<byte> scheme) =>
        value.Length >= scheme.Length && Ascii.EqualsIgnoreCase(value[..scheme.Length], scheme)
        && (value.Length == scheme.Length || value[scheme.Length] is (byte)' ' or (byte)',' or (byte)'\t');

    private static bool StartsWith(string value, string scheme) =>
        value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
        && (value.Length == scheme.Length || value[scheme.Length] is ' ' or ',' or '\t');
}
