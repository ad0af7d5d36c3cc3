namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>The form that asks for a name and a password.</summary>
internal static class SignInPage
{
    public static string Render(string destination) => PageShell.Render("Sign in",
        $"""
        <main class="door">
        <div class="card"><div class="pad">
        <h1>Sample mail</h1>
        <p class="soft">This is a lab. Any name and any password open the same sample mailbox.</p>
        <form method="post" action="{SignIn.SubmitPath}">
        <input type="hidden" name="destination" value="{PageShell.Encode(destination)}">
        <label>Name <input name="username" value="alice" autocomplete="username" required></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" autofocus required></label>
        <button>Sign in</button>
        </form>
        </div></div>
        </main>
        """);
}
