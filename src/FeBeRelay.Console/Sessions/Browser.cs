using Microsoft.JSInterop;

namespace FeBeRelay.WebConsole.Sessions;

/// <summary>What the page's browser keeps: the session's key, for this tab and this address with its port.</summary>
internal sealed class Browser(IJSRuntime scripts) : IAsyncDisposable
{
    private IJSObjectReference? _module;

    public async Task<string?> ReadKeyAsync() => await (await ModuleAsync()).InvokeAsync<string?>("readKey");

    public async Task WriteKeyAsync(string key) => await (await ModuleAsync()).InvokeVoidAsync("writeKey", key);

    public async Task ForgetKeyAsync() => await (await ModuleAsync()).InvokeVoidAsync("forgetKey");

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its script with it.
        }
    }

    private async Task<IJSObjectReference> ModuleAsync() => _module ??= await scripts.InvokeAsync<IJSObjectReference>("import", "./console.js");
}
