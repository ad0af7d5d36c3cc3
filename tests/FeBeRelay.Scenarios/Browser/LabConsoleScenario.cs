using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>A new user starts the lab, opens the console that it names, uses the mail server, and looks at every page, in light and in dark.</summary>
public sealed class LabConsoleScenario(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly (string Link, string Heading)[] Pages =
        [("Policies", "Policies"), ("Certificates", "Certificates"), ("Security log", "Security log"), ("Nodes", "Nodes"), ("Monitor", "Monitor")];

    [Theory(Timeout = 180_000)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_lab_has_a_console_and_every_page_is_readable(ColorScheme scheme)
    {
        Processes.Tool.Require("chromium");
        using RunningLab lab = await RunningLab.StartAsync();
        await using ConsolePage console = await chromium.OpenAsync(lab.Console, scheme);
        await console.SignInAsync(lab.Token);
        await lab.VisitAsync();
        await Expect(console.Rows("be.lab.test")).ToHaveCountAsync(1);
        await AssertContrastAsync(console.Page);
        foreach ((string link, string heading) in Pages)
        {
            await console.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
            await Expect(console.Page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true })).ToBeVisibleAsync();
            await AssertContrastAsync(console.Page);
        }
        console.AssertNoComplaint();
    }

    [Fact(Explicit = true)]
    public async Task Screenshots_for_the_documents()
    {
        using RunningLab lab = await RunningLab.StartAsync();
        foreach ((ColorScheme scheme, string suffix) in new[] { (ColorScheme.Light, ""), (ColorScheme.Dark, "-dark") })
        {
            await using ConsolePage console = await chromium.OpenAsync(lab.Console, scheme);
            await console.SignInAsync(lab.Token);
            for (int i = 0; i < 60; i++)
            {
                await lab.VisitAsync();
                await Task.Delay(TimeSpan.FromSeconds(suffix.Length == 0 ? 0.7 : 0.05), TestContext.Current.CancellationToken);
            }
            await console.Rows("be.lab.test").GetByRole(AriaRole.Button).ClickAsync();
            await Expect(console.Page.Locator("#detail")).ToBeVisibleAsync();
            await ShootAsync(console.Page, $"monitor{suffix}");
            if (suffix.Length > 0)
            {
                return;
            }
            foreach ((string link, _) in Pages[..^1])
            {
                await console.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
                await Expect(console.Page.GetByRole(AriaRole.Heading, new() { Name = link, Exact = true })).ToBeVisibleAsync();
                if (link == "Security log")
                {
                    await console.Page.Locator("#verify").ClickAsync();
                    await Expect(console.Page.Locator("#verified")).ToBeVisibleAsync();
                    await Expect(console.Rows("serviceEnded").First).ToBeVisibleAsync();
                }
                if (link == "Nodes")
                {
                    await Expect(console.Page.Locator("#nodes tbody tr").Nth(1)).ToContainTextAsync("answers");
                }
                await ShootAsync(console.Page, link.ToLowerInvariant().Replace(' ', '-'));
            }
        }
    }

    /// <summary>The contrast of every text that is seen, by the formula of WCAG 2: 4.5 to 1, or 3 to 1 for large text.</summary>
    private static async Task AssertContrastAsync(IPage page)
    {
        string[] faint = await page.EvaluateAsync<string[]>(
            """
            () => {
              const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
              const over = (top, under) => top.rgb.map((v, i) => v * top.a + under[i] * (1 - top.a));
              const lum = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
              const backOf = e => { const chain = []; for (; e; e = e.parentElement) chain.unshift(parse(getComputedStyle(e).backgroundColor)); return chain.reduce((under, top) => over(top, under), [255, 255, 255]); };
              const faint = [];
              for (const e of document.querySelectorAll('body *')) {
                const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
                const box = e.getBoundingClientRect();
                if (!own || box.width === 0 || box.right < 0 || e.closest('option, noscript, [disabled]')) continue;
                const style = getComputedStyle(e), back = backOf(e), text = over(parse(style.color), back);
                const [a, b] = [lum(text), lum(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
                const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.7 && style.fontWeight >= 700);
                if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${e.tagName}.${e.className} "${e.textContent.trim().slice(0, 40)}"`);
              }
              return faint;
            }
            """);
        Assert.Empty(faint);
    }

    private static async Task ShootAsync(IPage page, string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "docs", "console", $"{name}.png"), FullPage = true });
    }
}
