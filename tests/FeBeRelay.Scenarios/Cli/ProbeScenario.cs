using System.Text.Json;
using FeBeRelay.Cli;
using FeBeRelay.Relay.Probing;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>An administrator asks whether the way to a peer works, and reads how far it goes. The network's part is played by the test.</summary>
public sealed class ProbeScenario : IAsyncLifetime
{
    private const string Direct = "probe --address be1.lab.test:8443 --identity be1.lab.test --certificate {}/fe1.lab.test.pem --key {}/fe1.lab.test.key --trusted-root {}/ca.pem";

    private Site _site = null!;
    private ProbeRequest? _asked;

    public async ValueTask InitializeAsync() => _site = await Site.CreateAsync();

    [Fact]
    public async Task A_way_that_works_is_a_line_a_step_and_what_was_agreed()
    {
        Answer(failing: null);

        var result = await _site.RunAsync("probe be1 --config {}/fe1.json --service owa");

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(
            """
            be1 (127.0.0.1:8443), expected identity be1.lab.test
              resolve    1.5 ms ok about resolve
              connect    1.5 ms ok about connect
              main mode  1.5 ms ok about main mode
              quick mode 1.5 ms ok about quick mode
              service    1.5 ms ok about service
            association with be1.lab.test: aes256-gcm, p256, lifetime 28800 s, policy answer protected

            """.ReplaceLineEndings("\n"),
            WithoutTrailingBlanks(result.Output));
        Assert.Equal(("be1", "owa", TimeSpan.FromSeconds(10)), (_asked!.Name, _asked.Service, _asked.StepTimeout));
    }

    [Theory]
    [InlineData("Resolve", ExitCode.PeerUnreachable, "resolve")]
    [InlineData("Connect", ExitCode.PeerUnreachable, "connect")]
    [InlineData("MainMode", ExitCode.NegotiationFailed, "main mode")]
    [InlineData("QuickMode", ExitCode.NegotiationFailed, "quick mode")]
    [InlineData("Service", ExitCode.NegotiationFailed, "service")]
    public async Task A_way_that_stops_says_where_why_and_what_to_try(string failing, int code, string name)
    {
        Answer(Enum.Parse<ProbeStepKind>(failing));

        var result = await _site.RunAsync("probe be1 --config {}/fe1.json");

        Assert.Equal((code, $"feberelay: be1: {name} failed: about {name}\nhint: try {name} again\n"), (result.Code, result.Error));
        Assert.Matches($" {name} +1.5 ms failed +about {name}", result.Output);
        Assert.Equal(failing != "Service", result.Output.Contains(" skipped not tried", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_script_reads_the_report_as_json()
    {
        Answer(ProbeStepKind.MainMode);

        var result = await _site.RunAsync("probe be1 --config {}/fe1.json --json");

        using var document = JsonDocument.Parse(result.Output);
        var report = document.RootElement;
        Assert.Equal(ExitCode.NegotiationFailed, result.Code);
        Assert.False(report.GetProperty("succeeded").GetBoolean());
        Assert.Equal(
            ["resolve succeeded 1.5", "connect succeeded 1.5", "mainMode failed 1.5", "quickMode skipped 0", "service skipped 0"],
            report.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("step")} {step.GetProperty("status")} {step.GetProperty("milliseconds")}"));
        Assert.Equal(JsonValueKind.Null, report.GetProperty("association").ValueKind);
    }

    [Fact]
    public async Task A_peer_can_be_probed_without_a_configuration()
    {
        Answer(failing: null);

        var result = await _site.RunAsync(Direct + " --timeout 3");

        Assert.Equal(0, result.Code);
        Assert.Equal(("be1.lab.test:8443", "be1.lab.test", _site["fe1.lab.test.key"]), (_asked!.Name, _asked.Peer.Identity, _asked.Local.Certificate.KeyPath));
        Assert.Equal([_site["ca.pem"]], _asked.Local.TrustedRoots);
        Assert.Equal(TimeSpan.FromSeconds(3), _asked.StepTimeout);
    }

    [Theory]
    [InlineData("probe be2 --config {}/fe1.json", "{}/fe1.json has no node \"be2\"\nhint: it has: be1\n")]
    [InlineData("probe be2 --config {}/be1.json", "{}/be1.json has no node \"be2\"\nhint: it dials nobody: its section nodes is empty\n")]
    [InlineData("probe --config {}/fe1.json", "NODE is missing: which node of the configuration?\n")]
    [InlineData("probe be1", "NODE needs --config FILE, whose section nodes knows it\n")]
    [InlineData("probe be1 --config {}/fe1.json --identity x", "--identity does not go with --config, which says it\n")]
    [InlineData(Direct + " --timeout 0", "--timeout must be 1 to 300 seconds\n")]
    [InlineData("probe --address be1 --identity be1 --certificate {}/ca.pem --trusted-root {}/ca.pem", "--address be1 is not a node port: write host:port or [v6 address]:port\n")]
    [InlineData("probe --address be1:1 --identity * --certificate {}/ca.pem --trusted-root {}/ca.pem", "--identity * is not a DNS name\n")]
    [InlineData("probe --address be1:1 --identity be1 --certificate {}/ca.pem", "--trusted-root is missing: without --config all of --address, --identity, --certificate, --trusted-root are needed\n")]
    public async Task A_question_that_makes_no_sense_is_sent_back(string command, string error)
    {
        var result = await _site.RunAsync(command);

        Assert.Equal((ExitCode.Usage, ""), (result.Code, result.Output));
        Assert.StartsWith("feberelay: " + error, result.Error, StringComparison.Ordinal);
        Assert.Null(_asked);
    }

    [Fact]
    public async Task A_configuration_with_errors_is_not_probed_with()
    {
        var result = await _site.RunAsync("probe be1 --config {}/fe1.json --set node:drainSeconds=x");

        Assert.Equal(ExitCode.ConfigurationInvalid, result.Code);
        Assert.Contains("node:drainSeconds", result.Error, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Answer(ProbeStepKind? failing) => _site.Probe = (request, _) =>
    {
        _asked = request;
        var steps = Enum.GetValues<ProbeStepKind>().Select(kind => Step(kind, failing)).ToArray();
        return Task.FromResult(new ProbeReport(
            request, steps, failing is null ? new ProbeAssociation("be1.lab.test", "aes256-gcm", "p256", "protected", 28_800) : null));
    };

    private static ProbeStep Step(ProbeStepKind kind, ProbeStepKind? failing)
    {
        var name = kind switch { ProbeStepKind.MainMode => "main mode", ProbeStepKind.QuickMode => "quick mode", _ => kind.ToString().ToLowerInvariant() };
        return failing is null || kind < failing ? new ProbeStep(kind, ProbeStepStatus.Succeeded, TimeSpan.FromMilliseconds(1.5), $"about {name}")
            : kind == failing ? new ProbeStep(kind, ProbeStepStatus.Failed, TimeSpan.FromMilliseconds(1.5), $"about {name}", $"try {name} again")
            : new ProbeStep(kind, ProbeStepStatus.Skipped, TimeSpan.Zero, "not tried");
    }

    private static string WithoutTrailingBlanks(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd(' ')));
}
