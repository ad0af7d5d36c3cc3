using System.Net;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>Who gets into the console and by which way, with two real nodes: nobody without a token, no page of another site, and no token where it could be read later.</summary>
public sealed class ConsoleAccessScenario(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private ConsoleNodes _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await ConsoleNodes.StartAsync();

    [Fact(Timeout = 180_000)]
    public async Task Without_a_token_there_is_nothing_to_see_and_a_wrong_one_is_in_the_log()
    {
        await using ConsolePage console = await chromium.OpenAsync(_nodes.Relay);

        await Expect(console.Page.GetByLabel("Token")).ToBeVisibleAsync();
        Assert.DoesNotContain("fe1", await console.Page.ContentAsync(), StringComparison.Ordinal);
        await console.Page.GetByLabel("Token").FillAsync(_nodes.Token("be1", "operator"));
        await console.Page.Keyboard.PressAsync("Enter");
        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is no token of this node.");
        await _nodes.Pair.Relay.WaitForAsync("refused to sign in");
        console.AssertNoComplaint();
    }

    [Fact(Timeout = 180_000)]
    public async Task A_session_outlives_a_reload_ends_for_all_tabs_and_leaves_no_cookie_or_token()
    {
        await using ConsolePage console = await chromium.OpenAsync(_nodes.Relay);
        string token = _nodes.Token("fe1", "viewer");
        await console.SignInAsync(token);
        await Expect(console.Page.Locator(".role")).ToHaveTextAsync("viewer");

        await console.Page.ReloadAsync();
        await Expect(console.Page.Locator(".role")).ToHaveTextAsync("viewer");
        Assert.Empty(await console.Page.Context.CookiesAsync());
        string kept = await console.Page.EvaluateAsync<string>("JSON.stringify([sessionStorage, localStorage, location.href])");
        Assert.Contains("feberelay-console", kept, StringComparison.Ordinal);
        Assert.DoesNotContain(token, kept, StringComparison.Ordinal);
        Assert.Equal(0, _nodes.Pair.Relay.Count(token));

        string key = await console.Page.EvaluateAsync<string>("sessionStorage.getItem('feberelay-console')");
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(console.Page.GetByLabel("Token")).ToBeVisibleAsync();
        await console.Page.EvaluateAsync("key => sessionStorage.setItem('feberelay-console', key)", key);
        await console.Page.ReloadAsync();
        await Expect(console.Page.GetByText("The session is over.")).ToBeVisibleAsync();
        console.AssertNoComplaint();
    }

    [Fact(Timeout = 180_000)]
    public async Task Requests_of_other_sites_and_names_are_refused_and_every_answer_has_the_policy_of_its_contents()
    {
        foreach ((string path, string? origin, string? host, HttpStatusCode expected) in new (string, string?, string?, HttpStatusCode)[]
        {
            ("console/", null, null, HttpStatusCode.OK),
            ("console/policies", null, null, HttpStatusCode.OK),
            ("console/", "http://evil.test", null, HttpStatusCode.Forbidden),
            ("console/", null, "evil.test", HttpStatusCode.MisdirectedRequest),
            ("console/_blazor/negotiate?negotiateVersion=1", "http://evil.test", null, HttpStatusCode.Forbidden),
            ("console/_blazor?id=1", "http://evil.test", null, HttpStatusCode.Forbidden),
            ("console/no-such-page", null, null, HttpStatusCode.NotFound),
            ("api/v1/monitor", null, null, HttpStatusCode.Unauthorized),
        })
        {
            await AssertAnswerAsync(path, origin, host, expected);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }

    private async Task AssertAnswerAsync(string path, string? origin, string? host, HttpStatusCode expected)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_nodes.Relay, "/") };
        using var request = new HttpRequestMessage(path.Contains("negotiate", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, path);
        request.Headers.Host = host ?? request.Headers.Host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(expected == response.StatusCode, $"{path} of {origin ?? "no site"} at {host ?? "its address"}: {response.StatusCode}");
        Assert.False(response.Headers.Contains("Set-Cookie"));
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("(script-src|style-src) [^;]*'unsafe-inline'", policy);
    }
}
