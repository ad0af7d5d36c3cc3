using FeBeRelay.Scenarios.Processes;
using Microsoft.Playwright;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>Debian's Chromium without a window, one for the scenarios of a class, started when the first of them asks for a page.</summary>
public sealed class Chromium : IAsyncDisposable
{
    // Waits are for conditions; this only ends a test that waits for what never comes.
    private const float Patience = 45_000;

    private static readonly string[] Switches =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _driver;
    private IBrowser? _browser;

    /// <summary>A page in a profile of its own.</summary>
    internal async Task<ConsolePage> OpenAsync(Uri console, ColorScheme scheme = ColorScheme.Light)
    {
        Tool.Require("chromium");
        Assertions.SetDefaultExpectTimeout(Patience);
        _driver ??= await Playwright.CreateAsync();
        _browser ??= await _driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = Switches });
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = 1360, Height = 860 } });
        context.SetDefaultTimeout(Patience);
        var page = new ConsolePage(await context.NewPageAsync(), console);
        await page.GoToAsync("");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _driver?.Dispose();
    }
}
