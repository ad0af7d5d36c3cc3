using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>Form logon as a browser does it, and the inbox page behind it.</summary>
internal static class SignInCheck
{
    public static async Task<string> SignInAsync(LabVisit visit, CancellationToken cancellation)
    {
        visit.Http.DefaultRequestHeaders.Authorization = null;
        visit.Http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using HttpResponseMessage closed = await visit.Http.GetAsync(new Uri(LabVisit.FolderPath(Mailbox.Inbox), UriKind.Relative), cancellation);
        Expect.Equal(302, (int)closed.StatusCode, "status without a session");
        Expect.Contains(SignIn.LogonPath, $"{closed.Headers.Location}", "redirection without a session");

        await OpenSessionAsync(visit, cancellation);
        return "redirected to the form, signed in, cookie set";
    }

    public static async Task<string> ReadInboxAsync(LabVisit visit, CancellationToken cancellation)
    {
        string cookie = await OpenSessionAsync(visit, cancellation);
        string messagePath = await visit.PutMessageAsync($"Inbox {visit.Marker}", cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, LabVisit.FolderPath(Mailbox.Inbox) + $"/?search={visit.Marker}");
        request.Headers.Add("Cookie", cookie);
        using HttpResponseMessage answer = await visit.Http.SendAsync(request, cancellation);
        Expect.Equal(200, (int)answer.StatusCode, "status of the inbox");
        Expect.Contains($"<span>Inbox {visit.Marker}</span>", await answer.Content.ReadAsStringAsync(cancellation), "inbox page");
        await visit.DeleteAsync(messagePath, cancellation);
        return "page with the new message, by session cookie";
    }

    private static async Task<string> OpenSessionAsync(LabVisit visit, CancellationToken cancellation)
    {
        string destination = LabVisit.FolderPath(Mailbox.Inbox) + $"/?search={visit.Marker}";
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["destination"] = destination,
            ["username"] = LabVisit.User,
            ["password"] = visit.Marker,
        });
        using HttpResponseMessage answer = await visit.Http.PostAsync(new Uri(SignIn.SubmitPath, UriKind.Relative), form, cancellation);
        Expect.Equal(302, (int)answer.StatusCode, "status of sign-in");
        Expect.Equal(destination, $"{answer.Headers.Location}", "destination after sign-in");
        string cookie = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.First() : "";
        Expect.Contains(SignIn.CookieName + "=", cookie, "Set-Cookie");
        return cookie.Split(';')[0];
    }
}
