using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FeBeRelay.Channel.Identity.Kerberos;

/// <summary>The file with the keys of a node's own principal: it answers for it as a service, and gets its tickets as a client.</summary>
internal static class KerberosKeytab
{
    private const int LargestFile = 64 * 1024;

    /// <exception cref="IdentityException">It cannot be used; the message names the file and the fix.</exception>
    public static void Check(string path)
    {
        byte[] content = CertificateFile.Read(path, isSecret: true, LargestFile);
        bool isKeytab = content is [0x05, 0x01 or 0x02, _, ..];
        CryptographicOperations.ZeroMemory(content);
        if (!isKeytab)
        {
            throw new IdentityException($"{path}: is no keytab; extract one with the KDC's tools (kadmin: ktadd -k {path} PRINCIPAL)");
        }
    }

    /// <summary>
    /// Has this process use that keytab, in both roles, and keep its tickets in memory. The library takes this from the environment only, and from the
    /// process's own, which .NET's copy of it does not change.
    /// </summary>
    public static void Use(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new IdentityException($"{path}: keytabs are for systems other than Windows, where the account of the service has its keys; remove keytab");
        }
        Set("KRB5_KTNAME", $"FILE:{path}");
        Set("KRB5_CLIENT_KTNAME", $"FILE:{path}");
        Set("KRB5CCNAME", "MEMORY:feberelay");
    }

    private static void Set(string name, string value)
    {
        if (SetVariable(Encoding.UTF8.GetBytes(name + "\0"), Encoding.UTF8.GetBytes(value + "\0"), overwrite: 1) != 0)
        {
            throw new IdentityException($"the environment takes no {name}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(byte[] name, byte[] value, int overwrite);
}
