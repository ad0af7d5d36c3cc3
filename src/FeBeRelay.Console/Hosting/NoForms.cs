using Microsoft.AspNetCore.Antiforgery;

namespace FeBeRelay.WebConsole.Hosting;

/// <summary>No page takes a form post, so there is no token against forged ones, and no cookie for it. Every post is refused.</summary>
internal sealed class NoForms : IAntiforgery
{
    private static readonly AntiforgeryTokenSet None = new(null, null, "none", null);

    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => None;

    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => None;

    public Task<bool> IsRequestValidAsync(HttpContext httpContext) => Task.FromResult(false);

    public void SetCookieTokenAndHeader(HttpContext httpContext)
    {
    }

    public Task ValidateRequestAsync(HttpContext httpContext) => throw new AntiforgeryValidationException("no page takes a form post");
}
