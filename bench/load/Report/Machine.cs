using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FeBeRelay.Load.Report;

/// <summary>Where and when a figure was taken.</summary>
internal sealed record Machine(string Date, string Processor, int Cores, string System, string Runtime, string OpenSsl, string Load)
{
    public static Machine Current() => new(
        DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
        Line("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        (Line("/etc/os-release", "PRETTY_NAME") ?? RuntimeInformation.OSDescription).Trim('"'),
        RuntimeInformation.FrameworkDescription,
        OpenSslVersion(),
        File.ReadAllText("/proc/loadavg").Split(' ')[0]);

    public override string ToString() => $"{Date}, {Processor}, {Cores} cores, {System}, {Runtime}, OpenSSL {OpenSsl}, load at the start {Load}";

    private static string? Line(string file, string key) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?.Split([':', '='], 2)[1].Trim();

    private static string OpenSslVersion()
    {
#pragma warning disable CA1416 // The harness runs on Linux.
        long version = SafeEvpPKeyHandle.OpenSslVersion;
#pragma warning restore CA1416
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 28}.{(version >> 20) & 0xff}.{(version >> 4) & 0xff}");
    }
}
