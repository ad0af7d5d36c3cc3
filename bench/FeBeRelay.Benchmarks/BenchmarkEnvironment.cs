using System.Globalization;
using System.Security.Cryptography;
using BenchmarkDotNet.Environments;

namespace FeBeRelay.Benchmarks;

/// <summary>The machine that a figure is of. Printed in front of and behind every run, because a figure without it means nothing.</summary>
internal static class BenchmarkEnvironment
{
    /// <summary>Machine, processor, .NET, OpenSSL and load, a line each.</summary>
    public static string Describe() => string.Join(
        Environment.NewLine,
        [.. HostEnvironmentInfo.GetCurrent().ToFormattedString(), $"OpenSSL {OpenSsl()}, load {Load()}", string.Empty]);

    /// <summary>The ciphers are OpenSSL's: its version decides the figures more than the version of .NET does.</summary>
    private static string OpenSsl()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "not used on this system";
        }
        long version = SafeEvpPKeyHandle.OpenSslVersion;
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 28}.{(version >> 20) & 0xff}.{(version >> 4) & 0xff}");
    }

    /// <summary>Others at work on the machine spoil absolute figures; the reader should know.</summary>
    private static string Load()
    {
        const string LoadFile = "/proc/loadavg";
        return File.Exists(LoadFile) ? File.ReadAllText(LoadFile).Split(' ')[0] : "not known";
    }
}
