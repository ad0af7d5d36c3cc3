using System.Text.Json;
using FeBeRelay.Cli;
using FeBeRelay.Relay.Policies.Pins;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>An operator looks which peers are pinned, and clears the pin of one that is to go back to clear traffic.</summary>
public sealed class PinsScenario : IAsyncLifetime
{
    private Site _site = null!;

    private PinFile File => new(_site["pins/fe1.json"], TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _site = await Site.CreateAsync();
        await File.UpdateAsync(_ => [new Pin("be2.lab.test", "be2", DateTimeOffset.UnixEpoch), new Pin("be1.lab.test", "be1", DateTimeOffset.UnixEpoch)]);
    }

    [Fact]
    public async Task Pins_are_listed_for_people_and_for_scripts()
    {
        Assert.Matches(@"be1 +be1\.lab\.test +1970-01-01 00:00:00Z", (await _site.RunAsync("policy pins list --config {}/fe1.json")).Output);

        using var document = JsonDocument.Parse((await _site.RunAsync("policy pins list --config {}/fe1.json --json")).Output);
        Assert.Equal(["be1.lab.test", "be2.lab.test"], document.RootElement.EnumerateArray().Select(pin => pin.GetProperty("identity").GetString()));
    }

    [Theory]
    [InlineData("be1")]
    [InlineData("BE1.lab.test")]
    public async Task One_pin_is_cleared_by_node_or_by_certificate(string peer)
    {
        var cleared = await _site.RunAsync($"policy pins clear {peer} --config {{}}/fe1.json");

        Assert.Equal((0, $"cleared: be1 (be1.lab.test){Environment.NewLine}"), (cleared.Code, cleared.Output));
        Assert.Equal("be2", Assert.Single(File.Read()!).Node);
    }

    [Fact]
    public async Task All_are_cleared_only_where_that_is_said()
    {
        var nothing = await _site.RunAsync("policy pins clear --config {}/fe1.json");
        Assert.Equal((ExitCode.Usage, 2), (nothing.Code, File.Read()!.Count));
        Assert.Contains("--all", nothing.Error, StringComparison.Ordinal);

        Assert.Equal(0, (await _site.RunAsync("policy pins clear --all --config {}/fe1.json")).Code);
        Assert.Empty(File.Read()!);
        Assert.Contains("no pin to clear", (await _site.RunAsync("policy pins clear be1 --config {}/fe1.json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_told_and_left_as_it_is()
    {
        _site.Write("pins/fe1.json", "{ \"version\": 1, ");

        var listed = await _site.RunAsync("policy pins list --config {}/fe1.json");

        Assert.Equal(ExitCode.Failed, listed.Code);
        Assert.Contains("pins/fe1.json: the pins cannot be read", listed.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await _site.RunAsync("policy pins clear --all --config {}/fe1.json")).Code);
        Assert.Equal("{ \"version\": 1, ", await System.IO.File.ReadAllTextAsync(_site["pins/fe1.json"], TestContext.Current.CancellationToken));
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }
}
