using System.Globalization;
using System.Text;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>A folder as a list of messages, with a search, a form to write one, and a light that shows the live connection.</summary>
internal static class FolderPage
{
    public static string Render(MailPath path, IReadOnlyList<string> folders, IEnumerable<MailMessage> messages, string search) => PageShell.Render(
        $"{path.Folder} - {path.User}",
        $"""
        <header><strong>Sample mail</strong><span class="soft">{PageShell.Encode(path.User)}</span><span class="grow"></span>
        <form><input name="search" placeholder="Search" value="{PageShell.Encode(search)}"></form><span class="live" id="live">live</span></header>
        <div class="frame">
        <nav>{Navigation(path, folders)}</nav>
        <main>
        <div class="card">{List(path, messages)}</div>
        <div class="card"><h2>New message</h2><div class="pad">
        <form method="post">
        <label>Subject <input name="subject" required></label>
        <label>Text <textarea name="text" rows="4"></textarea></label>
        <button>Send to myself</button>
        </form>
        </div></div>
        </main>
        </div>
        """,
        $"""
        const events = new EventSource({Script(Notifications.PathFor(path.User))});
        events.addEventListener('connected', () => document.getElementById('live').classList.add('on'));
        events.addEventListener('newmail', () => location.reload());
        events.onerror = () => document.getElementById('live').classList.remove('on');
        """);

    private static string Navigation(MailPath path, IEnumerable<string> folders)
    {
        var html = new StringBuilder();
        foreach (string folder in folders)
        {
            string here = folder.Equals(path.Folder, StringComparison.OrdinalIgnoreCase) ? " class=\"here\"" : "";
            html.Append(CultureInfo.InvariantCulture, $"<a{here} href=\"{new MailPath(path.User, folder, "", "").ToPath()}/\">{PageShell.Encode(folder)}</a>\n");
        }

        return html.ToString();
    }

    private static string List(MailPath path, IEnumerable<MailMessage> messages)
    {
        var html = new StringBuilder();
        foreach (MailMessage message in messages)
        {
            string when = message.Received.ToString("ddd HH:mm", CultureInfo.InvariantCulture);
            html.Append(CultureInfo.InvariantCulture,
                $"""
                <a class="message" href="{(path with { Message = message.Name }).ToPath()}"><span>{PageShell.Encode(message.From)}</span><span>{PageShell.Encode(message.Subject)}</span><span class="when">{when}</span></a>

                """);
        }

        return html.Length > 0 ? html.ToString() : "<div class=\"pad soft\">No messages here.</div>";
    }

    private static string Script(string text) => $"'{System.Text.Encodings.Web.JavaScriptEncoder.Default.Encode(text)}'";
}
