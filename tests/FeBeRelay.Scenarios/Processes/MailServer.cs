using System.Globalization;
using System.Net;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>Postfix that takes mail for alice@febe.test, and Dovecot that shows it to her by IMAP and POP3. Needs root: both change their user.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    public const string Address = "alice@febe.test";
    public const string Host = "mail.febe.test";
    public const string Password = "alice-secret";

    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly ServerFolder _folder = new("mail");
    private ServerProcess? _dovecot;
    private ServerProcess? _postfix;

    private MailServer()
    {
    }

    public IPEndPoint Smtp { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    public IPEndPoint Imap { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    public IPEndPoint Pop3 { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    /// <summary>The file with Dovecot's certificate, which it has signed itself: clients may ask for TLS inside (STARTTLS).</summary>
    public string Certificate => _folder["cert.pem"];

    public static async Task<MailServer> StartAsync()
    {
        var server = new MailServer();
        await Tool.RunAsync("chown", "mail:mail", server._folder.Make("mail"));
        await Tool.RunAsync("chown", "postfix", server._folder.Make("data"));
        server._folder.Make("spool");
        server._folder.Make("run");
        server._folder.Make("postfix");
        await Tool.RunAsync(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", server._folder["key.pem"], "-out", server.Certificate, "-days", "2",
            "-subj", $"/CN={Host}", "-addext", $"subjectAltName=DNS:{Host}");
        server.ConfigurePostfix();
        server.ConfigureDovecot();
        server._dovecot = new ServerProcess(server._folder, NoVariables, "dovecot", "-F", "-c", server._folder["dovecot.conf"]);
        server._postfix = new ServerProcess(server._folder, NoVariables, "postfix", "-c", server._folder["postfix"], "start-fg");
        await server._dovecot.ListensAsync(server.Imap);
        await server._dovecot.ListensAsync(server.Pop3);
        await server._postfix.ListensAsync(server.Smtp);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using (_postfix)
        using (_dovecot)
        {
            // A script waits for the process that has its children end, and which holds a lock on its pid file.
            string pid = _folder["spool/pid/master.pid"];
            if (_postfix is not null && File.Exists(pid))
            {
                await _postfix.TerminateAsync((await Tool.RunAsync("cat", pid)).Trim());
            }
            if (_dovecot is not null)
            {
                await _dovecot.TerminateAsync();
            }
        }
        _folder.Dispose();
    }

    private void ConfigurePostfix()
    {
        _folder.Write("postfix/main.cf", $$"""
            compatibility_level = 3.6
            queue_directory = {{_folder["spool"]}}
            data_directory = {{_folder["data"]}}
            maillog_file = {{_folder["postfix.log"]}}
            maillog_file_prefixes = {{_folder.Path}}
            myhostname = {{Host}}
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            virtual_mailbox_domains = febe.test
            virtual_mailbox_base = {{_folder["mail"]}}
            virtual_mailbox_maps = inline:{ {{Address}}=alice/ }
            virtual_uid_maps = static:8
            virtual_gid_maps = static:8
            virtual_minimum_uid = 1
            smtpd_recipient_restrictions = reject_unauth_destination
            alias_maps =

            """);
        _folder.Write("postfix/master.cf", $"""
            {Smtp} inet n - n - - smtpd
            postlog unix-dgram n - n - 1 postlogd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            virtual unix - n n - - virtual
            error unix - - n - - error
            anvil unix - - n - 1 anvil
            proxymap unix - - n - - proxymap

            """);
    }

    private void ConfigureDovecot()
    {
        _folder.Write("users", $"{Address}:{{PLAIN}}{Password}\n");
        _folder.Write("dovecot.conf", $$"""
            base_dir = {{_folder["run"]}}
            log_path = {{_folder["dovecot.log"]}}
            protocols = imap pop3
            ssl = yes
            ssl_cert = <{{Certificate}}
            ssl_key = <{{_folder["key.pem"]}}
            disable_plaintext_auth = no
            mail_location = maildir:{{_folder["mail"]}}/%n
            first_valid_uid = 1
            first_valid_gid = 1
            passdb {
              driver = passwd-file
              args = {{_folder["users"]}}
            }
            userdb {
              driver = static
              args = uid=mail gid=mail home={{_folder["mail"]}}/%n
            }
            namespace inbox {
              inbox = yes
            }
            {{Login("imap", Imap)}}
            {{Login("pop3", Pop3)}}

            """);
    }

    private static string Login(string protocol, IPEndPoint listen) => string.Create(CultureInfo.InvariantCulture, $$"""
        service {{protocol}}-login {
          chroot =
          inet_listener {{protocol}} {
            address = {{listen.Address}}
            port = {{listen.Port}}
          }
          inet_listener {{protocol}}s {
            port = 0
          }
        }
        """);
}
