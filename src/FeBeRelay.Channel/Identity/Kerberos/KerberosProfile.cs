namespace FeBeRelay.Channel.Identity.Kerberos;

/// <summary>
/// What the system's krb5.conf must say: by default the library asks the name service what a host is really called, and gets a ticket for that name. Whoever
/// answers for the name service would choose the service that a node believes (docs/protocol.md 2.14).
/// </summary>
internal static class KerberosProfile
{
    private const string Setting = "dns_canonicalize_hostname";
    private const string System = "/etc/krb5.conf";

    /// <exception cref="IdentityException">It does not say so; the message names the file and the fix.</exception>
    public static void Check()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        string[] files = (Environment.GetEnvironmentVariable("KRB5_CONFIG") ?? System).Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (!files.Any(file => IsOff(Lines(file))))
        {
            throw new IdentityException(
                $"{files.FirstOrDefault() ?? System}: lets the name service choose the principal that a peer is believed to be; write {Setting} = false under [libdefaults] in this file itself");
        }
    }

    /// <summary>Whether the setting is off; the first of its kind counts, as with the library.</summary>
    internal static bool IsOff(IEnumerable<string> lines)
    {
        string section = "";
        foreach (string line in lines.Select(line => line.Trim()))
        {
            section = line.StartsWith('[') ? line : section;
            string[] pair = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (section == "[libdefaults]" && pair is [Setting, var value])
            {
                return value is "false" or "no" or "off" or "0" or "n" or "f";
            }
        }
        return false;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
