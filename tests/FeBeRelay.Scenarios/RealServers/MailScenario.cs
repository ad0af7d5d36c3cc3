using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.RealServers;

/// <summary>
/// Postfix and Dovecot behind stream endpoints. Mail that swaks and Python send by SMTP arrives; Python's IMAP client logs on, waits idle and is
/// told of new mail; curl fetches it by IMAP and by POP3, and with TLS inside, which ends at Dovecot.
/// </summary>
[Collection("two nodes")]
public sealed class MailScenario : IAsyncLifetime
{
    private static readonly int IdleSeconds = Load.IsFull ? 30 : 3;

    private MailServer _server = null!;
    private NodePair _nodes = null!;
    private IPEndPoint _imap = null!;
    private IPEndPoint _pop3 = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("dovecot", "postfix", "swaks", "curl", "python3", "openssl");
        Tool.Need(Environment.IsPrivilegedProcess, "Postfix and Dovecot change their user");
        _server = await MailServer.StartAsync();
        _nodes = await new NodePair
        {
            BackEnd = NodePair.Text(_server.Smtp),
            MoreServices = { ["imap"] = NodePair.Text(_server.Imap), ["pop3"] = NodePair.Text(_server.Pop3) },
        }.StartAsync();
        _imap = await _nodes.EndPointOfAsync("imap");
        _pop3 = await _nodes.EndPointOfAsync("pop3");
    }

    [Fact(Timeout = 180_000)]
    public async Task Mail_is_delivered_announced_to_an_idle_client_and_fetched()
    {
        string[] markers = [.. Enumerable.Range(0, 2).Select(_ => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)))];
        var smtp = (IPEndPoint)_nodes.EndPoint;
        await Tool.RunAsync("swaks", "--server", $"{smtp.Address}", "--port", $"{smtp.Port}", "--from", "bob@lab.test", "--to", MailServer.Address, "--body", markers[0]);
        using Process idle = StartIdle();
        Assert.Equal("1 message", await LineAsync(idle));
        Assert.Equal("quiet", await LineAsync(idle));

        await Tool.RunAsync("python3", "-c", $"""
            import smtplib
            with smtplib.SMTP('{smtp.Address}', {smtp.Port}) as server:
                server.sendmail('bob@lab.test', ['{MailServer.Address}'], b'Subject: two\r\n\r\n.dots\r\n..\r\n{markers[1]} \xe4\r\n')
            """);

        Assert.Equal("told of 2", await LineAsync(idle));
        Assert.Equal($".dots|..|{markers[1]} \u00e4", await LineAsync(idle));
        await idle.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(markers[0], await CurlAsync($"imap://{_imap}/INBOX;MAILINDEX=1"), StringComparison.Ordinal);
        Assert.Contains(markers[1], await CurlAsync($"pop3://{_pop3}/2"), StringComparison.Ordinal);
        Assert.Contains(
            markers[1],
            await CurlAsync($"imap://{MailServer.Host}:{_imap.Port}/INBOX;MAILINDEX=2", "--ssl-reqd", "--cacert", _server.Certificate, "--resolve", $"{MailServer.Host}:{_imap.Port}:{_imap.Address}"),
            StringComparison.Ordinal);
        Assert.Contains(
            "Verify return code: 0 (ok)",
            await Tool.RunAsync("sh", "-c", $"openssl s_client -connect {_imap} -starttls imap -CAfile {_server.Certificate} -verify_hostname {MailServer.Host} < /dev/null 2>&1"), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private static Task<string> CurlAsync(string url, params IEnumerable<string> more) =>
        Tool.RunAsync("curl", ["--silent", "--show-error", "--fail", "--user", $"{MailServer.Address}:{MailServer.Password}", .. more, url]);

    private static async Task<string?> LineAsync(Process process) => await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits for the first mail, then idle: no news may come for a while, then the second mail must be announced.</summary>
    private Process StartIdle() => Process.Start(new ProcessStartInfo("python3", ["-c", $$"""
        import imaplib, sys, time
        sys.stdout.reconfigure(encoding='utf-8', line_buffering=True)
        client = imaplib.IMAP4('{{_imap.Address}}', {{_imap.Port}})
        client.login('{{MailServer.Address}}', '{{MailServer.Password}}')
        while client.select('INBOX')[1] == [b'0']:
            time.sleep(0.1)
        print('1 message')
        client.send(b'i1 IDLE\r\n')
        assert client.readline().startswith(b'+')
        # Dovecot says "Still here" every two minutes by a clock of its own, so perhaps now.
        end = time.monotonic() + {{IdleSeconds}}
        heard = b''
        while (left := end - time.monotonic()) > 0:
            client.sock.settimeout(left)
            try:
                heard += (more := client.sock.recv(1000))
                assert more, 'the connection ended'
            except TimeoutError:
                pass
        print('quiet' if heard.replace(b'* OK Still here\r\n', b'') == b'' else 'not quiet: %r' % heard)
        client.sock.settimeout(60)
        text = b''
        while b'2 EXISTS' not in text:
            text += client.sock.recv(1000)
        print('told of 2')
        client.send(b'DONE\r\n')
        while b'i1 OK' not in text:
            text += client.sock.recv(1000)
        body = client.fetch('2', '(BODY[TEXT])')[1][0][1]
        print('|'.join(body.decode('latin-1').splitlines()))
        client.logout()
        """]) { RedirectStandardOutput = true, StandardOutputEncoding = System.Text.Encoding.UTF8 })!;
}
