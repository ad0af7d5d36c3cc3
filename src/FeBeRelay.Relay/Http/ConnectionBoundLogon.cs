using System.Text;
using Microsoft.Extensions.Primitives;

namespace FeBeRelay.Relay.Http;

/// <summary>NTLM and Negotiate log a person on to the TCP connection, not to a request (MS-NTHT, RFC 4559): whoever comes next on it is that person.</summary>
internal static class ConnectionBoundLogon
{
    /// <summary>
    /// Whether credentials, or a list of challenges, name one of the two schemes. A text in quotes that looks like it is taken for one: then a connection is
    /// kept apart that need not be.
    /// </summary>
    public static bool IsScheme(ReadOnlySpan<byte> value)
    {
        foreach (Range part in value.Split((byte)','))
        {
            ReadOnlySpan<byte> challenge = value[part].Trim(" \t"u8);
            int end = challenge.IndexOfAny((byte)' ', (byte)'\t');
            ReadOnlySpan<byte> scheme = end < 0 ? challenge : challenge[..end];
            if (Ascii.EqualsIgnoreCase(scheme, "NTLM"u8) || Ascii.EqualsIgnoreCase(scheme, "Negotiate"u8))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether any of a field's values does.</summary>
    public static bool IsScheme(StringValues values)
    {
        foreach (string? value in values)
        {
            if (value is not null && IsScheme(Encoding.Latin1.GetBytes(value)))
            {
                return true;
            }
        }
        return false;
    }
}
