using System.Globalization;
using System.Net;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>Postfix that takes mail for alice@febe.test, and Dovecot that shows it to her by IMAP and POP3. Needs root: both change their user.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    public const string Address = "alice@febe.test";
    public const string Password = "alice-secret";

    private readonly ServerFolder _folder = new("mail");

    private MailServer()
    {
    }

    public IPEndPoint Smtp { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    public IPEndPoint Imap { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    public IPEndPoint Pop3 { get; } = new(IPAddress.Loopback, ServerFolder.FreePort());

    public static async Task<MailServer> StartAsync()
    {
        var server = new MailServer();
        await Tool.RunAsync("chown", "mail:mail", server._folder.Make("mail"));
        await Tool.RunAsync("chown", "postfix", server._folder.Make("data"));
        server._folder.Make("spool");
        server._folder.Make("run");
        server._folder.Make("postfix");
        server.ConfigurePostfix();
        server.ConfigureDovecot();
        // Both go to the background when they listen, and would keep what they write to open.
        await Tool.RunAsync("sh", "-c", $"dovecot -c {server._folder["dovecot.conf"]} > /dev/null 2>&1");
        await Tool.RunAsync("sh", "-c", $"postfix -c {server._folder["postfix"]} start > /dev/null 2>&1");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync("postfix", "-c", _folder["postfix"], "stop");
        await Tool.RunAsync("doveadm", "-c", _folder["dovecot.conf"], "stop");
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
            myhostname = mail.febe.test
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
            ssl = no
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
