using Microsoft.Playwright;
using Xunit;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>The web console in a browser, with everything that the browser complained of.</summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private readonly IPage _page;
    private readonly Uri _console;
    private readonly List<string> _complaints = [];

    public ConsolePage(IPage page, Uri console)
    {
        _page = page;
        _console = console;
        // A breach of the content security policy is told here as an error, too.
        page.Console += (_, message) => Note(message.Type == "error", message.Text);
        page.PageError += (_, error) => Note(true, error);
    }

    public IPage Page => _page;

    /// <summary>Opens one of its pages by the address bar.</summary>
    public async Task<IResponse> GoToAsync(string page) => (await _page.GotoAsync(new Uri(_console, page).AbsoluteUri))!;

    public async Task SignInAsync(string token)
    {
        await _page.GetByLabel("Token").FillAsync(token);
        await _page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(_page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
    }

    /// <summary>The figure on a tile of the monitor.</summary>
    public ILocator Tile(string name) => _page.Locator($".tile:has(dt:text-is('{name}')) dd");

    /// <summary>The grid's rows with that text.</summary>
    public ILocator Rows(string text) => _page.Locator(".grid tbody tr", new() { HasText = text });

    public void AssertNoComplaint()
    {
        lock (_complaints)
        {
            Assert.Empty(_complaints);
        }
    }

    public async ValueTask DisposeAsync() => await _page.Context.DisposeAsync();

    private void Note(bool isComplaint, string text)
    {
        if (isComplaint)
        {
            lock (_complaints)
            {
                _complaints.Add(text);
            }
        }
    }
}
