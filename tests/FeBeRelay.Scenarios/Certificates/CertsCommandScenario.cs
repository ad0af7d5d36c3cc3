using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Cli;
using FeBeRelay.Cli.Commands;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Scenarios.Certificates;

/// <summary>
/// An administrator makes an authority, certificates for two nodes (one of which made its own key), and looks at them. What is typed,
/// what appears and the exit code are compared with transcripts; {} stands for the folder.
/// </summary>
public sealed partial class CertsCommandScenario : IDisposable
{
    private readonly CertificateFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private bool? _answer;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pre_shared_key_is_made_once_for_its_owner_only()
    {
        AssertTranscript(
            "psk plant7 --directory {}",
            """
            {}/plant7.psk
            ! made pre-shared key plant7; copy it to each node of the group over a safe way, and to no other
            ! whoever has it can be any node of the group: prefer certificates where nodes can have them
            = 0
            """);
        AssertOwnerOnly("plant7.psk");
        PreSharedKeyFile.Load("plant7", _folder["plant7.psk"]).Dispose();
        AssertTranscript(
            "psk plant7 --directory {}",
            """
            ! feberelay: {}/plant7.psk: already there and not overwritten; move it away or name another --directory
            = 1
            """);
    }

    [Fact]
    public void An_authority_is_made_once_and_never_overwritten()
    {
        AssertTranscript(
            "init --directory {} --name Site",
            """
            {}/ca.pem
            {}/ca.key
            ! made the authority "Site", valid until 2036-11-21
            ! copy ca.pem to every node (trustedRoots); whoever has ca.key can be any node, so keep it off them
            = 0
            """);
        AssertOwnerOnly("ca.key");
        var key = File.ReadAllText(_folder["ca.key"]);
        AssertTranscript(
            "init --directory {}",
            """
            ! feberelay: {}/ca.pem, {}/ca.key: already there and not overwritten; move it away or name another --directory
            = 1
            """);
        File.Delete(_folder["ca.pem"]);
        AssertTranscript(
            "init --directory {}",
            """
            ! feberelay: {}/ca.key: already there and not overwritten; move it away or name another --directory
            = 1
            """);
        Assert.Equal(key, File.ReadAllText(_folder["ca.key"]));
    }

    [Fact]
    public void A_certificate_is_issued_and_shown()
    {
        Run("init --directory {} --name Site");
        AssertTranscript(
            "issue fe1 --directory {} --dns fe1.lab.test --dns fe.lab.test --ou Front --days 30",
            """
            {}/fe1.pem
            {}/fe1.key
            ! issued fe1.lab.test, fe.lab.test, valid until 2026-12-24
            = 0
            """);
        AssertOwnerOnly("fe1.key");
        AssertTranscript(
            "show {}/fe1.pem",
            """
            subject      CN=fe1, OU=Front
            issuer       CN=Site
            DNS names    fe1.lab.test, fe.lab.test
            units        Front
            usages       clientAuth, serverAuth
            key          P-256
            signature    sha256ECDSA
            valid        2026-11-24 11:00:00Z to 2026-12-24 12:00:00Z
            fingerprint  #
            problems     none
            = 0
            """);
        AssertTranscript(
            "issue fe1 --directory {}",
            """
            ! feberelay: {}/fe1.pem, {}/fe1.key: already there and not overwritten; move it away or name another --directory
            = 1
            """);
    }

    [Fact]
    public void Show_tells_the_problems_that_nodes_would_have()
    {
        Run("init --directory {} --name Site --days 100");
        Run("issue fe1.lab.test --directory {} --days 30");
        _time.Advance(TimeSpan.FromDays(31));
        AssertTranscript(
            "show {}/ca.pem",
            """
            subject      CN=Site (authority)
            issuer       CN=Site
            key          P-256
            signature    sha256ECDSA
            valid        2026-11-24 11:00:00Z to 2027-03-04 12:00:00Z
            fingerprint  #
            problems     none
            = 0
            """);
        var (output, _, code) = Run("show {}/fe1.lab.test.pem --json");
        Assert.Equal(ExitCode.Failed, code);
        var shown = JsonDocument.Parse(output).RootElement[0];
        Assert.Equal("fe1.lab.test", shown.GetProperty("dnsNames")[0].GetString());
        Assert.Equal("the certificate of CN=fe1.lab.test expired at 2026-12-24 12:00:00Z", Assert.Single(shown.GetProperty("problems").EnumerateArray()).GetString());
    }

    [Fact]
    public void A_node_keeps_its_key_and_has_a_request_signed()
    {
        Run("init --directory {} --name Site");
        AssertTranscript(
            "csr be1.lab.test --directory {}/node --ou Back",
            """
            {}/node/be1.lab.test.csr
            {}/node/be1.lab.test.key
            ! asks for be1.lab.test; the authority's owner runs: feberelay certs sign be1.lab.test.csr
            = 0
            """);
        AssertOwnerOnly("node/be1.lab.test.key");
        AssertTranscript(
            "sign {}/node/be1.lab.test.csr --directory {}",
            """
            ! DNS names   be1.lab.test
            ! units       Back
            ! key         P-256
            ! sign a certificate for these names and units? [y/N] 
            ! feberelay: nobody is there to ask; check the names and add --yes
            = 1
            """);
        _answer = false;
        Assert.Equal(ExitCode.Failed, Run("sign {}/node/be1.lab.test.csr --directory {}").Code);
        Assert.False(File.Exists(_folder["be1.lab.test.pem"]));
        AssertTranscript(
            "sign {}/node/be1.lab.test.csr --directory {} --yes",
            """
            {}/be1.lab.test.pem
            ! DNS names   be1.lab.test
            ! units       Back
            ! key         P-256
            ! signed, valid until 2027-11-24; give it back to the node beside its key
            = 0
            """);
        Assert.Equal(ExitCode.Succeeded, Run("show {}/be1.lab.test.pem").Code);
    }

    [Fact]
    public void A_person_who_says_yes_has_a_request_signed()
    {
        Run("init --directory {}");
        Run("csr be1.lab.test --directory {}/node");
        _answer = true;
        Assert.Equal(ExitCode.Succeeded, Run("sign {}/node/be1.lab.test.csr --directory {}").Code);
        Assert.True(File.Exists(_folder["be1.lab.test.pem"]));
    }

    [Fact]
    public void PKCS12_takes_its_password_from_a_file()
    {
        Run("init --directory {} --name Site");
        _folder.WriteSecret("password", "secret\n");
        AssertTranscript(
            "issue fe1.lab.test --directory {} --p12 --password-file {}/password",
            """
            {}/fe1.lab.test.p12
            ! issued fe1.lab.test, valid until 2027-11-24
            = 0
            """);
        AssertOwnerOnly("fe1.lab.test.p12");
        Assert.False(File.Exists(_folder["fe1.lab.test.key"]));
        Assert.Equal(ExitCode.Succeeded, Run("show {}/fe1.lab.test.p12 --password-file {}/password").Code);
        var (_, error, code) = Run("show {}/fe1.lab.test.p12");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("is the password in --password-file right?", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_goes_to_standard_output_and_what_it_is_for_is_told()
    {
        Run("init --directory {} --name Site");
        var (output, error, code) = Run("token fe1 --directory {} --dns fe1.lab.test --ou Front --valid-for 2h");
        Assert.Equal(ExitCode.Succeeded, code);
        Assert.StartsWith("feberelay-token-1.", Assert.Single(Lines(output)), StringComparison.Ordinal);
        Assert.StartsWith("counts once, until 2026-11-24 14:00:00Z, for fe1.lab.test, ou=Front; an older token of fe1 counts no more", error, StringComparison.Ordinal);
        AssertOwnerOnly("tokens/fe1.json");
    }

    [Theory]
    [InlineData("issue fe1 --p12", "--p12 and --password-file go together")]
    [InlineData("issue ../fe1", "'../fe1' is not a host name")]
    [InlineData("issue *.lab.test", "'*.lab.test' is not a host name")]
    [InlineData("issue fe1 --days 0", "--days takes 1 to 36500")]
    [InlineData("init --name \"\"", "--name takes 1 to 64 printable characters")]
    [InlineData("issue", "Required argument 'NAME' missing")]
    [InlineData("token fe1 --valid-for 8d", "--valid-for 8d is not a time from 1m to 7d: write a number and s, m, h or d")]
    [InlineData("token fe1 --valid-for 0m", "--valid-for 0m is not a time from 1m to 7d: write a number and s, m, h or d")]
    [InlineData("token fe1 --valid-for hour", "--valid-for hour is not a time from 1m to 7d: write a number and s, m, h or d")]
    [InlineData("serve", "'--listen' is required")]
    [InlineData("serve --listen ca.lab.test:8445", "--listen takes an IP address and a port")]
    [InlineData("enroll http://ca.lab.test:8445", "URL takes https://HOST:PORT")]
    [InlineData("enroll https://fe1:secret@ca.lab.test:8445", "URL takes https://HOST:PORT")]
    [InlineData("renew fe1 --from https://ca.lab.test:8445 --days 3", "--days does not go with --from")]
    public void Wrong_usage_is_told_before_anything_is_made(string line, string expected) =>
        Assert.Contains(expected, string.Join('\n', CertsCommand.Create().Parse(line).Errors.Select(error => error.Message)), StringComparison.Ordinal);

    [Theory]
    [InlineData("issue fe1 --directory {}", "no authority there; make one with feberelay certs init")]
    [InlineData("show {}/none.pem", "no such file")]
    [InlineData("sign {}/none.csr --directory {}", "no authority there")]
    public void What_is_missing_is_named_with_the_fix(string line, string expected)
    {
        var (output, error, code) = Run(line);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Empty(output);
        Assert.StartsWith("feberelay: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Fingerprint();

    /// <summary>Standard output, then standard error behind "! ", then the exit code behind "= ".</summary>
    private void AssertTranscript(string line, string expected)
    {
        var (output, error, code) = Run(line);
        var lines = Lines(output).Concat(Lines(error).Select(one => $"! {one}")).Append($"= {code}");
        var seen = string.Join('\n', lines).Replace(_folder.Path, "{}", StringComparison.Ordinal);
        Assert.Equal(expected.ReplaceLineEndings("\n"), Fingerprint().Replace(seen, "#"));
    }

    private static IEnumerable<string> Lines(string text) => text.ReplaceLineEndings("\n").Split('\n').SkipLast(1);

    private (string Output, string Error, int Code) Run(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CertsCommand.Create(new(_time, () => _answer))
            .Parse(line.Replace("{}", _folder.Path, StringComparison.Ordinal))
            .Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (output.ToString(), error.ToString(), code);
    }

    private void AssertOwnerOnly(string file)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder[file]));
    }
}
