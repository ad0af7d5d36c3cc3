using System.Text.Json;
using FeBeRelay.Cli;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>An administrator checks configurations before a node runs them: a good one, and each way a bad one is told.</summary>
public sealed class ConfigScenario : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.CreateAsync();

    [Fact]
    public async Task A_good_configuration_is_summed_up()
    {
        Assert.Equal(new Transcript(0, "{}/fe1.json: ok, 1 node, 1 relay endpoint, 0 http endpoints, 0 services\n", ""), await _site.RunAsync("config check {}/fe1.json"));
        Assert.Equal(new Transcript(0, "{}/be1.json: ok, 0 nodes, 0 relay endpoints, 0 http endpoints, 1 service\n", ""), await _site.RunAsync("config check {}/be1.json"));
    }

    [Fact]
    public async Task Every_error_is_told_at_once_with_where_it_stands_and_its_fix()
    {
        _site.Write("bad.json", """
            {
              "node": { "certificate": { "path": "fe1.lab.test.pem", "keyPath": "gone.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "addres": "127.0.0.1:8443", "identity": "be1.lab.test" } },
              "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:0", "node": "be2", "service": "owa" } } }
            }
            """);
        _site.Environment["FEBERELAY_LIFETIMES__KEYSECONDS"] = "5";

        Assert.Equal(
            new Transcript(ExitCode.ConfigurationInvalid, "", """
                feberelay: {}/bad.json: node:certificate:keyPath = "gone.key" names a file that does not exist or may not be read: {}/gone.key
                hint: correct the path (relative to {}) or create the file
                feberelay: --set: node:drainSeconds = "soon" must be a whole number
                hint: write a number, 0 to 3600
                feberelay: environment: lifetimes:keySeconds = "5" is out of range: 10 to 86400
                hint: write a number, 10 to 86400 (Seconds until a direction of a channel changes its key)
                feberelay: {}/bad.json: nodes:be1:addres = "127.0.0.1:8443" is not a known key
                hint: did you mean "address"?
                feberelay: {}/bad.json: nodes:be1:address is missing
                hint: add "address": "be1.lab.test:8443" (The peer's node port, host:port)
                feberelay: {}/bad.json: relay:endpoints:owa:node = "be2" is not in section nodes
                hint: add it there, or write one of: be1

                """.ReplaceLineEndings("\n")),
            await _site.RunAsync("config check {}/bad.json --set node:drainSeconds=soon"));
    }

    [Fact]
    public async Task A_script_reads_the_same_errors_as_json()
    {
        var result = await _site.RunAsync("config check {}/fe1.json --json --set nodes:be1:identity=*");

        Assert.Equal((ExitCode.ConfigurationInvalid, ""), (result.Code, result.Error));
        using var document = JsonDocument.Parse(result.Output);
        Assert.False(document.RootElement.GetProperty("valid").GetBoolean());
        var error = Assert.Single(document.RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal(
            ("nodes:be1:identity", "*", "must be a DNS name", "--set"),
            (Text(error, "key"), Text(error, "value"), Text(error, "problem"), Text(error, "origin")));
        Assert.StartsWith("write it like", Text(error, "fix"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_reads_of_a_good_configuration_that_it_is_valid()
    {
        var result = await _site.RunAsync("config check {}/fe1.json --json");

        using var document = JsonDocument.Parse(result.Output);
        Assert.True(document.RootElement.GetProperty("valid").GetBoolean());
        Assert.Empty(document.RootElement.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task A_file_that_is_missing_or_no_json_is_told_in_one_line_and_a_hint()
    {
        Assert.Equal(
            new Transcript(ExitCode.ConfigurationInvalid, "", "feberelay: {}/none.json does not exist\nhint: name the node's JSON file; 'feberelay config schema' describes its content\n"),
            await _site.RunAsync("config check {}/none.json"));

        _site.Write("broken.json", "{\n  \"node\": oops\n}");
        var broken = await _site.RunAsync("config check {}/broken.json");
        Assert.Equal(ExitCode.ConfigurationInvalid, broken.Code);
        Assert.StartsWith("feberelay: {}/broken.json is not valid JSON: line 2, column 11: ", broken.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node:certificate:keyPath=be1.lab.test.key", "node:certificate:keyPath", "does not belong to the certificate", "hint: name the key that the certificate was made for")]
    [InlineData("node:certificate:path=ca.key", "node:certificate:path", "no certificate in this file", "hint: expected PEM text")]
    [InlineData("node:trustedRoots:0=fe1.lab.test.pem", "node:trustedRoots:0", "is not a certificate authority", "hint: ")]
    public async Task A_file_that_is_not_what_it_should_be_is_told_at_its_key(string setting, string key, string problem, string hint)
    {
        var result = await _site.RunAsync($"config check {{}}/fe1.json --set {setting}");

        Assert.Equal(ExitCode.ConfigurationInvalid, result.Code);
        Assert.StartsWith($"feberelay: --set: {key} = ", result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains(hint, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_is_json_on_standard_output()
    {
        var result = await _site.RunAsync("config schema");

        Assert.Equal((0, ""), (result.Code, result.Error));
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", Text(document.RootElement, "$schema"));
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
