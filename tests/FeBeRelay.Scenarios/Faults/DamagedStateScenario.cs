using System.Security.Cryptography;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Cli;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Scenarios.Cli;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// Each file that a node starts from is emptied, cut in half or overwritten with noise. The node names the file and does not start, or goes on in the stated way and says so;
/// either way the damage is still there to be looked at, and no pin is forgotten.
/// </summary>
public sealed class DamagedStateScenario : IAsyncLifetime
{
    private const string AuditLog = "audit/fe1.jsonl";
    private const string Bundle = "fe1.json.fleet";

    private Site _site = null!;

    public static TheoryData<string, string> Refusing => new(
        from file in (string[])["fe1.json", "fe1.lab.test.pem", "fe1.lab.test.key", "ca.pem", "ca.crl", "plant7.psk", "pins.json"]
        from damage in (string[])["empty", "half", "noise"]
        select (file, damage));

    public async ValueTask InitializeAsync()
    {
        _site = await Site.CreateAsync();
        Assert.Equal(0, (await _site.RunAsync("certs revoke --directory {}")).Code);
        CertificateFiles.Replace(_site["plant7.psk"], System.Text.Encoding.ASCII.GetBytes(PreSharedKeyFile.Generate()), isSecret: true);
        await new PinFile(_site["pins.json"], TimeProvider.System).UpdateAsync(_ => [new Pin("be1.lab.test", "be1", DateTimeOffset.UnixEpoch)]);
        _site.Write("fe1.json", """
            {
              "node": {
                "certificate": { "path": "fe1.lab.test.pem", "keyPath": "fe1.lab.test.key" }, "trustedRoots": [ "ca.pem" ], "revocation": { "lists": [ "ca.crl" ] },
                "preSharedKeys": { "plant7": { "path": "plant7.psk" } }
              },
              "policy": { "pinsFile": "pins.json", "fleet": { "name": "lab.test", "source": "none.p7m", "signers": [ "policy.lab.test" ] } },
              "nodes": { "be1": { "address": "127.0.0.1:8443", "identity": "be1.lab.test" } },
              "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:0", "node": "be1", "service": "owa" } } }
            }
            """);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Refusing))]
    public async Task A_node_does_not_start_from_it_and_names_it(string file, string damage)
    {
        byte[] damaged = Damage(file, damage);
        using var node = new RunningProgram("run", "--config", _site["fe1.json"]);

        Transcript end = await node.EndAsync();

        Assert.True(end.Code is ExitCode.Failed or ExitCode.ConfigurationInvalid, $"{end.Code}: {end.Error}");
        Assert.Contains(file, end.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", end.Error, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(_site[file], TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("empty")]
    [InlineData("half")]
    [InlineData("noise")]
    public async Task A_kept_policy_bundle_is_not_used_and_that_is_told(string damage)
    {
        await File.WriteAllBytesAsync(_site[Bundle], RandomNumberGenerator.GetBytes(1_000), TestContext.Current.CancellationToken);
        Damage(Bundle, damage);

        await AssertStartsAsync("[2605]", Bundle);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("half", "[2304]")]
    [InlineData("noise", "[2750]")]
    public async Task A_security_log_goes_on_from_its_last_whole_line_keeps_what_stood_behind_and_says_so(string damage, string told)
    {
        OperatingSystemIsUnix();
        await AssertStartsAsync("started", "Node");
        byte[] damaged = Damage(AuditLog, damage);

        await AssertStartsAsync(told, AuditLog);

        Transcript verified = await _site.RunAsync("audit verify --config {}/fe1.json --json");
        Assert.True(verified.Code == 0, verified.Error + verified.Output);
        string[] kept = Directory.GetFiles(_site["audit"], "*.damaged-*");
        Assert.Equal(damage == "noise", kept.Length == 1);
        Assert.All(kept, file => Assert.Equal(damaged, File.ReadAllBytes(file)));
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void OperatingSystemIsUnix() => Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGTERM is a Unix matter");

    private async Task AssertStartsAsync(string told, string about)
    {
        OperatingSystemIsUnix();
        using var node = new RunningProgram("run", "--config", _site["fe1.json"]);
        string line = await node.WaitForAsync(told);
        Assert.Contains(about, line, StringComparison.Ordinal);
        await node.TerminateAsync();
        Assert.Equal(0, (await node.EndAsync()).Code);
    }

    /// <summary>Damages a file, and gives what is in it then.</summary>
    private byte[] Damage(string file, string damage)
    {
        byte[] content = File.ReadAllBytes(_site[file]);
        byte[] damaged = damage switch { "empty" => [], "half" => content[..(content.Length / 2)], _ => Noise(content.Length) };
        // In place, so that it stays its owner's only.
        File.WriteAllBytes(_site[file], damaged);
        return damaged;
    }

    /// <summary>With a line feed in it, whatever the rest.</summary>
    private static byte[] Noise(int size)
    {
        byte[] noise = RandomNumberGenerator.GetBytes(size);
        noise[size / 2] = (byte)'\n';
        return noise;
    }
}
