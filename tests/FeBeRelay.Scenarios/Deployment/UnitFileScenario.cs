using System.Globalization;
using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Deployment;

/// <summary>The unit files that the product comes with are units to systemd, and shut in as docs/operations.md says.</summary>
public sealed class UnitFileScenario
{
    [Theory(Timeout = 90_000)]
    [InlineData("feberelay.service")]
    [InlineData("feberelay@.service")]
    [InlineData("feberelay-listener.socket")]
    [InlineData("feberelay-relay-owa.socket")]
    public async Task The_unit_is_one_that_systemd_takes(string unit)
    {
        Tool.Require("systemd-analyze");
        string folder = CopyUnits();

        // An instance stands for its template.
        await Tool.RunAsync("systemd-analyze", "verify", "--man=no", Path.Combine(folder, unit.Replace("@.", "@a.", StringComparison.Ordinal)));

        Directory.Delete(folder, recursive: true);
    }

    [Theory(Timeout = 90_000)]
    [InlineData("feberelay.service")]
    [InlineData("feberelay@.service")]
    public async Task Its_exposure_is_what_the_document_says(string unit)
    {
        Tool.Require("systemd-analyze");
        string page = await File.ReadAllTextAsync(Repository("docs/operations.md"), TestContext.Current.CancellationToken);
        string stated = Regex.Match(page, @"exposure level of ([0-9.]+)").Groups[1].Value;
        string folder = CopyUnits();

        string report = await Tool.RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", Path.Combine(folder, unit));

        string measured = Regex.Match(report, @"Overall exposure level for \S+: ([0-9.]+)").Groups[1].Value;
        Assert.InRange(double.Parse(measured, CultureInfo.InvariantCulture), 0, double.Parse(stated, CultureInfo.InvariantCulture));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>With a program that is there: what is verified is the unit, not the installation.</summary>
    private static string CopyUnits()
    {
        string folder = Directory.CreateTempSubdirectory("feberelay-units-").FullName;
        foreach (string file in Directory.EnumerateFiles(Repository("src/packaging/systemd")))
        {
            string copy = Path.Combine(folder, Path.GetFileName(file));
            File.WriteAllText(copy, File.ReadAllText(file).Replace("/usr/lib/feberelay/feberelay", "/bin/true", StringComparison.Ordinal));
            if (copy.Contains("@.", StringComparison.Ordinal))
            {
                File.Copy(copy, copy.Replace("@.", "@a.", StringComparison.Ordinal));
            }
        }
        return folder;
    }

    private static string Repository(string path)
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder!, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return Path.Combine(folder!, path);
    }
}
