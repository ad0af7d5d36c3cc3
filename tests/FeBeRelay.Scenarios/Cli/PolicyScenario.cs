using System.Text.Json;
using FeBeRelay.Cli;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>An administrator plans a migration: what policies there are, which rule decides, what would change, and then changes it.</summary>
public sealed class PolicyScenario : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.CreateAsync();
        _site.Write("fe2.json", """
            {
              // Comments stay where they are.
              "node": { "certificate": { "path": "fe1.lab.test.pem", "keyPath": "fe1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "address": "127.0.0.1:8443", "identity": "be1.lab.test" } },
              "relay": { "endpoints": {
                "owa": { "listen": "127.0.0.1:0", "node": "be1", "service": "owa", "clearTo": "127.0.0.1:80" },
                "imap": { "listen": "127.0.0.1:0", "node": "be1", "service": "imap" } } },
              "policy": {
                "assigned": "migration",
                "policies": { "migration": { "posture": "server", "rules": { "imap": { "filters": [ { "service": "imap" } ], "action": "permit" } } } }
              }
            }
            """);
    }

    [Fact]
    public async Task The_list_marks_what_is_in_effect()
    {
        var list = await _site.RunAsync("policy list --config {}/fe2.json --json");

        Assert.Equal((0, ""), (list.Code, list.Error));
        using var document = JsonDocument.Parse(list.Output);
        Assert.Equal(
            ["client", "server", "requireInRequestOut", "secureServer", "migration"],
            document.RootElement.EnumerateArray().Select(policy => policy.GetProperty("name").GetString()));
        Assert.Equal("migration", document.RootElement.EnumerateArray().Single(policy => policy.GetProperty("assigned").GetBoolean()).GetProperty("name").GetString());
        Assert.Contains("* migration", (await _site.RunAsync("policy list --config {}/fe2.json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_effective_policy_names_the_rule_of_each_endpoint_and_service()
    {
        var show = await _site.RunAsync("policy show --effective --config {}/fe2.json");

        Assert.Equal(0, show.Code);
        Assert.Contains("migration: what no rule is about is Server (Request Security)", show.Output, StringComparison.Ordinal);
        Assert.Matches(@"endpoint +imap +imap@be1 +imap +peer any, service imap", show.Output);
        Assert.Matches(@"endpoint +owa +owa@be1 +server +peer any", show.Output);
        Assert.Matches(@"service +owa +secureServer", (await _site.RunAsync("policy show --effective --config {}/be1.json")).Output);
    }

    [Fact]
    public async Task Lint_knows_http_endpoints_and_what_their_destinations_leave_open()
    {
        _site.Write("web.json", """
            {
              "node": { "certificate": { "path": "fe1.lab.test.pem", "keyPath": "fe1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "address": "127.0.0.1:8443", "identity": "be1.lab.test" } },
              "policy": { "assigned": "p", "policies": { "p": { "posture": "server", "rules": { "r": { "action": "negotiate", "filters": [ { "endpoint": "web" }, { "endpoint": "wep" } ], "soft": true } } } } },
              "Kestrel": { "Endpoints": { "web": { "Url": "http://127.0.0.1:8080" } } },
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "mail", "Match": { "Path": "{**all}" } } },
                "Clusters": { "mail": { "Destinations": {
                  "a": { "Address": "febe://owa@be1" },
                  "b": { "Address": "febe://owa@be1", "Metadata": { "clearTo": "127.0.0.1:80", "guard": "off" } }
                } } }
              }
            }
            """);

        var lint = await _site.RunAsync("policy lint --config {}/web.json");

        Assert.Equal(0, lint.Code);
        Assert.Contains("Destinations:a:Metadata:clearTo is absent: rule r may send clear", lint.Error, StringComparison.Ordinal);
        Assert.Contains("Destinations:b:Metadata:guard is off: by rule r passwords and cookies may go clear to node be1", lint.Error, StringComparison.Ordinal);
        Assert.Contains("names wep, which is neither in relay:endpoints nor in Kestrel:Endpoints", lint.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("names web", lint.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_endpoints_are_shown_and_explained_with_their_destinations()
    {
        _site.Write("web2.json", """
            {
              "node": { "certificate": { "path": "fe1.lab.test.pem", "keyPath": "fe1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": {
                "be1": { "address": "127.0.0.1:8443", "identity": "be1.lab.test" },
                "be2": { "address": "127.0.0.2:8443", "identity": "be2.lab.test" }
              },
              "policy": { "assigned": "p", "policies": { "p": { "posture": "server", "rules": {
                "mail": { "action": "negotiate", "filters": [ { "endpoint": "web", "service": "mail" } ] } } } } },
              "Kestrel": { "Endpoints": { "web": { "Url": "http://127.0.0.1:8080" } } },
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "all", "Match": { "Path": "{**all}" } } },
                "Clusters": { "all": { "Destinations": {
                  "a": { "Address": "febe://owa@be1" },
                  "b": { "Address": "febe://owa@be1", "Metadata": { "clearTo": "127.0.0.1:80", "guard": "warn" } },
                  "c": { "Address": "febe://mail@be1" },
                  "d": { "Address": "febe://owa@be2", "Metadata": { "clearTo": "127.0.0.2:80", "enquiry": "off" } }
                } } }
              }
            }
            """);

        Transcript show = await _site.RunAsync("policy show --effective --config {}/web2.json");
        Assert.Equal((0, ""), (show.Code, show.Error));
        Assert.Matches(@"http endpoint +web +owa@be1 +server +peer any", show.Output);
        Assert.Matches(@"http endpoint +web +mail@be1 +mail +peer any, endpoint web, service mail", show.Output);
        Assert.Matches(@"http endpoint +web +owa@be2 +server", show.Output);

        Transcript owa = await _site.RunAsync("policy explain --config {}/web2.json --from web --to owa@be1");
        Assert.Equal((0, ""), (owa.Code, owa.Error));
        Assert.Contains("rule server: negotiate", owa.Output, StringComparison.Ordinal);
        Assert.Contains("requests with credentials or a body: warn (http:guard)", owa.Output, StringComparison.Ordinal);
        Assert.Matches(@"does not speak the protocol +clear \(soft\)", owa.Output);

        Transcript mail = await _site.RunAsync("policy explain --config {}/web2.json --from me --to mail@be1");
        Assert.Contains("rule mail: negotiate\n", mail.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("http:guard", mail.Output, StringComparison.Ordinal);
        Assert.Matches(@"does not speak the protocol +blocked", mail.Output);

        using var other = JsonDocument.Parse((await _site.RunAsync("policy explain --config {}/web2.json --from web --to be2 --if policy=client --json")).Output);
        Assert.Equal("refuse", other.RootElement.GetProperty("guard").GetString());
        Assert.Equal(["clear"], other.RootElement.GetProperty("outcomes").EnumerateArray().Take(2).Select(outcome => outcome.GetProperty("outcome").GetString()).Distinct());

        Transcript unclear = await _site.RunAsync("policy explain --config {}/web2.json --from web --to be1");
        Assert.Equal(ExitCode.Usage, unclear.Code);
        Assert.Contains("endpoint web asks for several services: write --to with one of owa@be1, mail@be1", unclear.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_explanation_says_rule_reason_and_outcome()
    {
        var explained = await _site.RunAsync("policy explain --config {}/fe2.json --from owa --to be1");

        Assert.Equal((0, ""), (explained.Code, explained.Error));
        Assert.Contains("rule server: negotiate, inpass, soft, ratchet\nbecause its filter matches: peer any\n", explained.Output, StringComparison.Ordinal);
        Assert.Matches(@"does not speak the protocol +clear \(soft\)", explained.Output);
        Assert.Matches(@"credentials or suites do not fit +blocked", explained.Output);

        // Without clearTo the permitted endpoint sends nothing.
        var imap = await _site.RunAsync("policy explain --config {}/fe2.json --from imap --to be1");
        Assert.Contains("and is more specific than rule server: peer any", imap.Output, StringComparison.Ordinal);
        Assert.Matches(@"does not speak the protocol +blocked", imap.Output);
    }

    [Theory]
    [InlineData("--from owa --to be1 --if policy=client --peer-policy server", "clear, then secured")]
    [InlineData("--from owa --to be1 --if policy=client --peer-policy {}/be1.json", "clear sent, refused, then secured")]
    [InlineData("--from owa --to be1 --if policy={}/strict.json --peer-policy server", "blocked")]
    [InlineData("--from 10.0.0.5 --to me --peer-policy client", "clear, then secured")]
    public async Task What_if_is_answered_for_a_peers_policy_and_another_of_ones_own(string question, string outcome)
    {
        _site.Write("strict.json", """{ "rules": { "all": { "action": "block" } } }""");

        var explained = await _site.RunAsync($"policy explain --config {{}}/fe2.json --json {question}");

        Assert.Equal((0, ""), (explained.Code, explained.Error));
        using var document = JsonDocument.Parse(explained.Output);
        var first = document.RootElement.GetProperty("outcomes")[0];
        Assert.Equal(("its policy", outcome), (first.GetProperty("peer").GetString(), first.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task A_question_that_is_not_clear_is_told_how_to_ask()
    {
        var several = await _site.RunAsync("policy explain --config {}/fe2.json --from me --to be1");
        Assert.Equal(ExitCode.Usage, several.Code);
        Assert.StartsWith("feberelay: several endpoints lead to be1: write --from with one of ", several.Error, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Usage, (await _site.RunAsync("policy explain --config {}/fe2.json --from a --to b")).Code);
        Assert.Equal(ExitCode.Usage, (await _site.RunAsync("policy explain --config {}/fe2.json --from owa --to be1 --if server")).Code);
        Assert.Contains("there is no policy, posture or file nobody", (await _site.RunAsync("policy show nobody --config {}/fe2.json")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assignment_holds_until_it_is_taken_back_and_leaves_the_configuration_as_it_was()
    {
        var before = await File.ReadAllTextAsync(_site["fe2.json"], TestContext.Current.CancellationToken);

        Assert.Equal(0, (await _site.RunAsync("policy assign secureserver --config {}/fe2.json")).Code);
        Assert.Contains("* secureServer", (await _site.RunAsync("policy list --config {}/fe2.json")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _site.RunAsync("policy unassign --config {}/fe2.json")).Code);
        Assert.Contains("* migration", (await _site.RunAsync("policy list --config {}/fe2.json")).Output, StringComparison.Ordinal);
        Assert.Contains("nothing was assigned", (await _site.RunAsync("policy unassign --config {}/fe2.json")).Output, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Usage, (await _site.RunAsync("policy assign nobody --config {}/fe2.json")).Code);
        Assert.Equal(before, await File.ReadAllTextAsync(_site["fe2.json"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Lint_tells_errors_from_warnings()
    {
        var clean = await _site.RunAsync("policy lint --config {}/fe1.json");
        Assert.Equal(new Transcript(0, "{}/fe1.json: no errors, 0 warnings\n", ""), clean);

        var open = await _site.RunAsync("policy lint --config {}/fe2.json");
        Assert.Equal((0, "{}/fe2.json: no errors, 1 warning\n"), (open.Code, open.Output));
        Assert.StartsWith("feberelay: warning: relay:endpoints:imap:clearTo is absent: rule imap sends clear", open.Error, StringComparison.Ordinal);

        var tied = await _site.RunAsync("policy lint --config {}/fe2.json --set policy:policies:migration:rules:mail:action=block --set policy:policies:migration:rules:mail:filters:0:service=imap");
        Assert.Equal(ExitCode.ConfigurationInvalid, tied.Code);
        Assert.Contains("both match peer any, service imap and neither is more specific", tied.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("be1", "listener:services:owa:listen=10.0.0.5:80", "", "listener:services:owa:listen refuses clear connections by rule secureServer")]
    [InlineData("be1", "listener:services:owa:listen=0.0.0.0:80", "policy:assigned=server", "listener:services:owa:listen takes clear connections on 0.0.0.0:80")]
    [InlineData("be1", "policy:assigned=server", "", "listener:services:owa:listen is absent")]
    [InlineData("fe1", "policy:assigned=server", "", "relay:endpoints:owa:clearTo is absent: rule server has soft")]
    [InlineData("fe1", "relay:endpoints:owa:clearTo=10.0.0.5:80", "", "relay:endpoints:owa:clearTo is never used")]
    [InlineData("fe2", "policy:policies:migration:rules:imap:action=negotiate", "policy:policies:migration:rules:imap:inpass=true", "rules:imap:inpass without soft")]
    [InlineData("fe2", "policy:policies:migration:rules:imap:pfs=false", "", "rules:imap:pfs is off")]
    [InlineData("fe2", "policy:policies:migration:rules:imap:fallback:mode=windowsXp", "", "rules:imap:fallback:mode is windowsXp")]
    [InlineData("fe2", "policy:policies:migration:rules:imap:suites:0=aes256-gmac", "", "rules:imap:suites begins with a suite that protects integrity only")]
    [InlineData("fe2", "policy:policies:migration:rules:imap:filters:0:endpoint=nowhere", "", "filters:0:endpoint names nowhere")]
    public async Task Lint_warns_of_what_a_policy_leaves_open(string node, string set, string and, string warning)
    {
        var result = await _site.RunAsync(["policy", "lint", "--config", $"{{}}/{node}.json", "--set", set, .. and.Length == 0 ? Array.Empty<string>() : ["--set", and]]);

        Assert.Equal(0, result.Code);
        Assert.Contains(warning, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_matrix_goes_to_standard_output_or_a_file()
    {
        var printed = await _site.RunAsync("policy matrix");
        Assert.StartsWith("# What becomes of a connection", printed.Output, StringComparison.Ordinal);

        Assert.Equal(new Transcript(0, "", ""), await _site.RunAsync("policy matrix --out {}/matrix.md"));
        Assert.Equal(printed.Output, await File.ReadAllTextAsync(_site["matrix.md"], TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Failed, (await _site.RunAsync("policy matrix --out {}/none/matrix.md")).Code);
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }
}
