using System.Globalization;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>
/// An administrator opens the console of a node that nobody has used yet, signs in, and watches. Applications begin to talk: their association appears by
/// itself, with the figures that the API has. The keyboard is enough for all of it.
/// </summary>
public sealed class MonitorPageScenario(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private ConsoleNodes _nodes = null!;
    private ConsolePage _console = null!;

    private IPage Page => _console.Page;

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
    public async Task An_association_appears_by_itself_with_the_bytes_that_the_API_has()
    {
        await _console.SignInAsync(_nodes.Token("fe1", "viewer"));
        await Expect(Page.Locator("#empty")).ToContainTextAsync("No association yet");

        await _nodes.VisitAsync();

        ILocator row = _console.Rows("be1.lab.test");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row.Locator(".badge.secured")).ToHaveTextAsync("secured");
        await Expect(_console.Tile("Associations")).ToHaveTextAsync("1");
        await Expect(_console.Tile("Channels, with streams")).ToHaveTextAsync("1, 0");
        System.Text.Json.JsonElement one = await _nodes.AssociationAsync();
        ulong sent = one.GetProperty("bytesSent").GetUInt64();
        Assert.InRange(sent, 4_000UL, 5_000UL);
        await Expect(row.GetByTitle(string.Create(CultureInfo.InvariantCulture, $"{sent} bytes"))).ToBeVisibleAsync();
        await Expect(row.GetByTitle(string.Create(CultureInfo.InvariantCulture, $"{one.GetProperty("bytesReceived").GetUInt64()} bytes"))).ToBeVisibleAsync();
        await Expect(_console.Tile("Confidential sent")).ToHaveTextAsync(sent.ToString("N0", CultureInfo.InvariantCulture));
        _console.AssertNoComplaint();
    }

    [Fact(Timeout = 180_000)]
    public async Task Paused_it_stands_still_and_a_filter_leaves_what_matches()
    {
        await _nodes.VisitAsync();
        await _console.SignInAsync(_nodes.Token("fe1", "viewer"));
        await Expect(_console.Rows("be1.lab.test")).ToHaveCountAsync(1);
        await Page.Locator("#filter").FillAsync("nobody");
        await Expect(Page.Locator("#empty")).ToHaveTextAsync("No row is like that.");
        await Page.Locator("#filter").FillAsync("owa");
        await Expect(_console.Rows("be1.lab.test")).ToHaveCountAsync(1);
        await Page.Locator("#protection").SelectOptionAsync("CLEAR");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("0 of 1 rows");
        await Page.Locator("#protection").SelectOptionAsync("all");

        await Page.Locator("#pause").ClickAsync();
        await Expect(Page.Locator(".badge.paused")).ToBeVisibleAsync();
        string readAt = await Page.Locator("#read-at").InnerTextAsync();
        await _nodes.VisitAsync();
        await Page.Locator("#filter").FillAsync("be1");
        await Expect(Page.Locator("#count")).ToHaveTextAsync("1 of 1 rows");
        Assert.Equal(readAt, await Page.Locator("#read-at").InnerTextAsync());
        await Page.Locator("#pause").ClickAsync();
        await Expect(Page.Locator("#read-at")).Not.ToHaveTextAsync(readAt);
        _console.AssertNoComplaint();
    }

    [Fact(Timeout = 180_000)]
    public async Task The_keyboard_signs_in_opens_an_association_and_an_operator_renews_and_deletes_it()
    {
        await _nodes.VisitAsync();
        await Expect(Page.GetByLabel("Token")).ToBeVisibleAsync();
        await Page.GetByLabel("Token").FocusAsync();
        await Page.Keyboard.InsertTextAsync(_nodes.Token("fe1", "operator"));
        await Page.Keyboard.PressAsync("Enter");
        await Expect(_console.Rows("be1.lab.test")).ToHaveCountAsync(1);

        await TabToAsync(_console.Rows("be1.lab.test").GetByRole(AriaRole.Button));
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("#detail")).ToContainTextAsync((await _nodes.AssociationAsync()).GetProperty("id").GetString()!);
        await TabToAsync(Page.GetByRole(AriaRole.Button, new() { Name = "New keys now" }));
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator(".said")).ToHaveTextAsync("New keys asked for in 1 channels.");
        await Expect(_console.Tile("Quick modes, rekeys")).ToHaveTextAsync("2, 1");
        await TabToAsync(Page.GetByRole(AriaRole.Button, new() { Name = "Delete…" }));
        await Page.Keyboard.PressAsync("Enter");
        await TabToAsync(Page.Locator("#delete-now"));
        await Page.Keyboard.PressAsync("Space");
        await Expect(_console.Tile("Associations")).ToHaveTextAsync("0");
        await Expect(Page.Locator("#empty")).ToBeVisibleAsync();
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

    /// <summary>Presses Tab until it has the focus; all that can be focused on a page comes within a few dozen.</summary>
    private async Task TabToAsync(ILocator wanted)
    {
        for (int presses = 0; presses < 60; presses++)
        {
            if (await wanted.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
            await Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail("Tab does not reach it");
    }
}
