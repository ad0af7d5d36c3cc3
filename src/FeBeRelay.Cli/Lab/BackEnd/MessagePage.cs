using System.Globalization;
using System.Text;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>One message, its attachments, and a way to add one.</summary>
internal static class MessagePage
{
    public static string Render(MailPath path, MailMessage message) => PageShell.Render(message.Subject,
        $$"""
        <header><strong>Sample mail</strong><span class="soft">{{PageShell.Encode(path.User)}}</span><span class="grow"></span>
        <a href="{{(path with { Message = "" }).ToPath()}}/">Back to {{PageShell.Encode(path.Folder)}}</a></header>
        <div class="frame"><span></span><main>
        <div class="card"><div class="pad">
        <h1>{{PageShell.Encode(message.Subject)}}</h1>
        <p class="soft">{{PageShell.Encode(message.From)}}, {{message.Received.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture)}} UTC</p>
        <div class="text">{{PageShell.EncodeLines(message.Text)}}</div>
        </div></div>
        <div class="card"><h2>Attachments</h2><div class="pad">
        {{Attachments(path, message)}}
        <input type="file" id="file"> <span class="soft" id="state"></span>
        </div></div>
        </main></div>
        """,
        """
        document.getElementById('file').addEventListener('change', async change => {
          const file = change.target.files[0], state = document.getElementById('state');
          state.textContent = 'Uploading ' + file.name;
          const answer = await fetch(location.pathname + '/' + encodeURIComponent(file.name), { method: 'PUT', body: file });
          if (answer.ok) location.reload(); else state.textContent = await answer.text();
        });
        """);

    private static string Attachments(MailPath path, MailMessage message)
    {
        var html = new StringBuilder();
        foreach ((string name, Attachment attachment) in message.Attachments)
        {
            html.Append(CultureInfo.InvariantCulture,
                $"""
                <p><a href="{(path with { Attachment = name }).ToPath()}">{PageShell.Encode(name)}</a> <span class="soft">{attachment.Length:N0} bytes, SHA-256 {attachment.Sha256[..16]}…</span></p>

                """);
        }

        return html.Length > 0 ? html.ToString() : "<p class=\"soft\">None yet.</p>";
    }
}
