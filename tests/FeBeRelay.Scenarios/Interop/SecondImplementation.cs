using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Interop;

/// <summary>The independent implementation in Python (tests/interop), with certificates of an authority that both sides believe.</summary>
internal sealed class SecondImplementation : IDisposable
{
    public const string Name = "py.lab.test";

    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-interop-").FullName;

    public SecondImplementation()
    {
        using var authority = CertificateAuthority.Create("Interop", TimeProvider.System);
        File.WriteAllText(this["ca.pem"], authority.Certificate.ExportCertificatePem());
        foreach (string node in (string[])["fe1", "be1", "py"])
        {
            using var certificate = authority.Issue(new IssueRequest($"{node}.lab.test"));
            File.WriteAllText(this[$"{node}.pem"], certificate.ExportCertificatePem());
            CertificateFiles.Write(this[$"{node}.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), isSecret: true);
        }
    }

    /// <summary>What it needs to know of a realm of Kerberos, whose keytab is py.keytab.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string this[string file] => Path.Combine(_folder, file);

    /// <summary>Writes a node's configuration; <paramref name="rest"/> is what stands beside the section node, <paramref name="more"/> further keys in it, a comma before each.</summary>
    public string WriteConfiguration(string node, string rest, string more = "")
    {
        string path = this[$"{node}.json"];
        File.WriteAllText(path, $$"""
            {
              "node": {
                "name": "{{node}}", "certificate": { "path": "{{node}}.pem", "keyPath": "{{node}}.key" }, "trustedRoots": [ "ca.pem" ],
                "suites": [ "aes256-gcm", "aes128-gcm", "aes256-gmac" ], "groups": [ "p256-mlkem768", "p256", "p384" ] {{more}}
              },
              {{rest}}
            }
            """);
        return path;
    }

    /// <summary>Starts one of its two roles; its steps are JSON lines on standard output.</summary>
    public Process Start(string role, int port, string peer, params IEnumerable<string> more)
    {
        string[] arguments =
        [
            Script, role, "--host", "127.0.0.1", "--port", $"{port}", "--cert", this["py.pem"], "--key", this["py.key"], "--ca", this["ca.pem"],
            "--peer", peer, "--service", "echo", .. more,
        ];
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }
        start.Environment["KRB5_KTNAME"] = start.Environment["KRB5_CLIENT_KTNAME"] = $"FILE:{this["py.keytab"]}";
        start.Environment["KRB5CCNAME"] = "MEMORY:py";
        return Process.Start(start)!;
    }

    /// <summary>What it says next, as its name of the step and the whole line.</summary>
    public static async Task<JsonElement> NextStepAsync(Process process)
    {
        string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return line is not null
            ? JsonDocument.Parse(line).RootElement
            : throw new InvalidOperationException("it ended: " + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>All its steps to the end, and the exit code.</summary>
    public static async Task<(IReadOnlyList<JsonElement> Steps, int ExitCode)> EndAsync(Process process)
    {
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return ([.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)], process.ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Debian's own interpreter has Debian's python3-cryptography; another one first in the path may not.
    private static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private static string Script
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside the repository");
            }
            return Path.Combine(folder, "tests", "interop", "feberelay.py");
        }
    }

    /// <summary>Skips the test where Python or a module of it is missing.</summary>
    public static async Task RequireAsync(string module = "cryptography", string package = "python3-cryptography")
    {
        bool there = false;
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(Python, ["-c", $"import {module}"]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            there = process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No interpreter at all.
        }
        Tool.Need(there, $"Python with its module {module} is missing: apt-get install -y --no-install-recommends python3 {package}");
    }
}
