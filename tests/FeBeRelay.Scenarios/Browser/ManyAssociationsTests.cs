using System.Globalization;
using FeBeRelay.Relay.Monitoring;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>Ten thousand associations: the page draws those in sight only, goes on while figures change, and finds, sorts and reaches every one.</summary>
public sealed class ManyAssociationsTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Many = 10_000;

    [Fact(Timeout = 180_000)]
    public async Task Ten_thousand_rows_are_drawn_as_far_as_they_are_seen()
    {
        await using FakeNode node = await FakeNode.StartAsync([.. Enumerable.Range(0, Many).Select(Association)]);
        await using ConsolePage console = await chromium.OpenAsync(node.Console);
        await console.SignInAsync(FakeNode.Token);
        IPage page = console.Page;

        await Expect(page.Locator("#count")).ToHaveTextAsync("10,000 of 10,000 rows");
        await Expect(console.Rows("node00000.lab.test")).ToHaveCountAsync(1);
        Assert.InRange(await page.Locator(".grid tbody tr").CountAsync(), 10, 100);
        string readAt = await page.Locator("#read-at").InnerTextAsync();

        // Down to the end while the figures go on.
        await page.Locator(".grid").EvaluateAsync("grid => grid.scrollTop = grid.scrollHeight");
        await Expect(console.Rows("node09999.lab.test")).ToBeVisibleAsync();
        Assert.InRange(await page.Locator(".grid tbody tr").CountAsync(), 10, 100);
        await Expect(page.Locator("#read-at")).Not.ToHaveTextAsync(readAt);
        ILocator sent = console.Rows("node09999.lab.test").Locator("td span[title]").First;
        await Expect(sent).Not.ToHaveAttributeAsync("title", (await sent.GetAttributeAsync("title"))!);

        await page.Locator("#filter").FillAsync("node07");
        await Expect(page.Locator("#count")).ToHaveTextAsync("1,000 of 10,000 rows");
        await page.Locator("#filter").FillAsync("node07123");
        await Expect(page.Locator(".grid tbody tr:has(td)")).ToHaveCountAsync(1);
        await page.Locator("#filter").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Peer", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Peer", Exact = true }).ClickAsync();
        await page.Locator(".grid").EvaluateAsync("grid => grid.scrollTop = 0");
        await Expect(console.Rows("node09999.lab.test")).ToBeVisibleAsync();
        console.AssertNoComplaint();
    }

    private static AssociationView Association(int number) => new()
    {
        Id = number.ToString("x32", CultureInfo.InvariantCulture),
        Role = number % 2 == 0 ? "initiator" : "responder",
        Peer = string.Create(CultureInfo.InvariantCulture, $"node{number:00000}.lab.test"),
        PeerFingerprint = number.ToString("x64", CultureInfo.InvariantCulture),
        Protection = number % 50 == 0 ? Protection.AuthenticatedOnly : Protection.Secured,
        Suite = number % 50 == 0 ? "aes256-gmac" : "aes256-gcm",
        Group = "p256",
        Rules = ["secureServer"],
        Services = ["owa"],
        Created = DateTimeOffset.UnixEpoch,
        LastUsed = DateTimeOffset.UnixEpoch,
        AgeSeconds = number,
        ExpiresInSeconds = 28_800 - number,
        RekeyInSeconds = 900,
        QuickModes = 1,
        BytesSent = (ulong)number * 1_000,
        BytesReceived = (ulong)number * 10_000,
        Channels = [],
    };
}
