using System.Text.Encodings.Web;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>What all pages share. Nothing is fetched from elsewhere: the lab works on a machine without a network.</summary>
internal static class PageShell
{
    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Lines stay lines, for whoever reads the page on the wire.</summary>
    public static string EncodeLines(string text) => string.Join('\n', text.Split('\n').Select(Encode));

    /// <summary>The script comes before the body, so that what is last on the wire is what a person reads.</summary>
    public static string Render(string title, string body, string script = "") =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)}</title>
        <link rel="icon" href="data:,">
        <style>{Style}</style>
        <script type="module">{script}</script>
        </head>
        <body>
        {body}
        </body>
        </html>

        """;

    private const string Style =
        """
        :root { --ink: #1c2733; --soft: #5c6b7a; --line: #dfe5ec; --paper: #fff; --ground: #f2f5f8; --blue: #1f5fa8; --mark: #e8f1fb; color-scheme: light dark; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7edf3; --soft: #9fb0c0; --line: #2c3945; --paper: #18212a; --ground: #10171e; --blue: #79b4f2; --mark: #1f2f40; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 "Segoe UI", system-ui, sans-serif; }
        a { color: var(--blue); text-decoration: none; } a:hover { text-decoration: underline; }
        header { display: flex; gap: 1rem; align-items: center; padding: .8rem 1.4rem; background: var(--paper); border-bottom: 1px solid var(--line); }
        header strong { font-size: 1.1rem; } header .grow { flex: 1; }
        .live { color: var(--soft); font-size: .85rem; } .live::before { content: "●"; margin-right: .4em; color: #b9c3cd; } .live.on::before { color: #2e9e5b; }
        .frame { display: grid; grid-template-columns: 12rem 1fr; gap: 1.4rem; max-width: 70rem; margin: 1.4rem auto; padding: 0 1.4rem; }
        @media (max-width: 44rem) { .frame { grid-template-columns: 1fr; } }
        nav a { display: block; padding: .4rem .8rem; border-radius: 6px; color: inherit; } nav a.here { background: var(--mark); font-weight: 600; }
        .card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin-bottom: 1.4rem; }
        .card > h2, .card > .pad { margin: 0; padding: .9rem 1.2rem; } .card > h2 { font-size: 1rem; border-bottom: 1px solid var(--line); }
        .message { display: grid; grid-template-columns: 12rem 1fr auto; gap: 1rem; padding: .7rem 1.2rem; border-top: 1px solid var(--line); color: inherit; }
        .message:first-of-type { border-top: 0; } .message:hover { background: var(--mark); text-decoration: none; }
        .message span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .message .when, .soft { color: var(--soft); font-size: .85rem; }
        .text { white-space: pre-wrap; } h1 { margin: 0 0 .2rem; font-size: 1.35rem; }
        input, textarea { width: 100%; padding: .5rem .7rem; margin: .2rem 0 .8rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); color: inherit; font: inherit; }
        input[type=file] { border: 0; padding: 0; background: none; } header input { width: 14rem; margin: 0; }
        button { padding: .5rem 1.1rem; border: 0; border-radius: 6px; background: #1f5fa8; color: #fff; font: inherit; cursor: pointer; }
        .door { max-width: 24rem; margin: 12vh auto; padding: 0 1rem; }
        """;
}
