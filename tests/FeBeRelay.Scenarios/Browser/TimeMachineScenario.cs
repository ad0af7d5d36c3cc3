using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>
/// An administrator looks back: at an earlier moment the tiles have the totals that the API gave then, and the chart rises at just those moments at which
/// they grew.
/// </summary>
public sealed partial class TimeMachineScenario(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private ConsoleNodes _nodes = null!;
    private ConsolePage _console = null!;

    private IPage Page => _console.Page;

    private ILocator Moment => Page.Locator("#moment");

    public async ValueTask InitializeAsync()
    {
        _nodes = await ConsoleNodes.StartAsync();
        try
        {
            _console = await chromium.OpenAsync(_nodes.Relay);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task An_earlier_moment_has_its_totals_and_the_chart_rises_where_they_grew()
    {
        await _console.SignInAsync(_nodes.Token("fe1", "viewer"));
        await _nodes.VisitAsync();
        (string Sent, string Received, string MainModes) first = await TotalsAsync();
        int afterFirst = await RecordedSinceAsync();
        await _nodes.VisitAsync();
        (string Sent, string Received, string MainModes) second = await TotalsAsync();
        Assert.NotEqual(first.Received, second.Received);
        await RecordedSinceAsync();

        double[] line = await ReceivedLineAsync();
        List<(string Time, string Received)> moments = [];
        for (int place = 0; place < line.Length - 1; place++)
        {
            await GoToAsync(place, moments.Count == 0 ? "now" : moments[^1].Time);
            moments.Add((await Page.Locator("#moment-is").InnerTextAsync(), await _console.Tile("Confidential received").InnerTextAsync()));
            if (place == afterFirst)
            {
                await Expect(_console.Tile("Confidential sent")).ToHaveTextAsync(first.Sent);
                await Expect(_console.Tile("Confidential received")).ToHaveTextAsync(first.Received);
                await Expect(_console.Tile("Main modes")).ToHaveTextAsync(first.MainModes);
                // Single associations are those of now.
                await Expect(_console.Rows("be1.lab.test")).ToHaveCountAsync(1);
            }
        }

        Assert.StartsWith("as of ", moments[0].Time, StringComparison.Ordinal);
        Assert.Equal(second.Received, moments[^1].Received);
        Assert.Equal(
            Enumerable.Range(1, moments.Count - 1).Where(place => moments[place].Received != moments[place - 1].Received),
            Enumerable.Range(1, moments.Count - 1).Where(place => line[place] > 0));
        await Page.Locator("#now").ClickAsync();
        await Expect(Page.Locator("#moment-is")).ToHaveTextAsync("now");
        await Expect(_console.Tile("Confidential received")).ToHaveTextAsync(second.Received);
        _console.AssertNoComplaint();
    }

    public async ValueTask DisposeAsync()
    {
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }

    [GeneratedRegex(@",([0-9.]+)")]
    private static partial Regex Heights();

    /// <summary>What the API has now, as the tiles write it.</summary>
    private async Task<(string Sent, string Received, string MainModes)> TotalsAsync()
    {
        using HttpClient api = _nodes.Api();
        JsonElement totals = JsonDocument.Parse(await api.GetStringAsync(new Uri("api/v1/totals", UriKind.Relative), TestContext.Current.CancellationToken)).RootElement;
        string Text(string name) => totals.GetProperty(name).GetUInt64().ToString("N0", CultureInfo.InvariantCulture);
        return (Text("confidentialBytesSent"), Text("confidentialBytesReceived"), Text("mainModes"));
    }

    /// <summary>Waits until two readings have been recorded from now on, and gives the place of the first of them.</summary>
    private async Task<int> RecordedSinceAsync()
    {
        int last = await LastAsync();
        while (await LastAsync() < last + 3)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        // The page shows a reading up to a second after it was taken, so the next one may be from before.
        return last + 2;
    }

    private async Task<int> LastAsync() => int.Parse((await Moment.GetAttributeAsync("max"))!, CultureInfo.InvariantCulture);

    private async Task GoToAsync(int place, string before)
    {
        await Moment.EvaluateAsync("(slider, place) => { slider.value = place; slider.dispatchEvent(new Event('input', { bubbles: true })); }", place);
        await Expect(Page.Locator("#moment-is")).Not.ToHaveTextAsync(before);
    }

    /// <summary>The chart's line of bytes received, as heights above its foot.</summary>
    private async Task<double[]> ReceivedLineAsync()
    {
        string points = (await Page.Locator(".chart:has-text('Bytes a second') polyline.two").GetAttributeAsync("points"))!;
        double[] depths = [.. Heights().Matches(points).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        return [.. depths.Select(depth => depths.Max() - depth)];
    }
}
