using System.Net;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>Apache as a back end, in a folder of its own, stopped through its own pid file.</summary>
internal sealed class ApacheProcess : IAsyncDisposable
{
    private const string Modules = "/usr/lib/apache2/modules";

    private readonly ServerFolder _folder;

    private ApacheProcess(ServerFolder folder, int port)
    {
        _folder = folder;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Port of the connection, user and status of each request.</summary>
    public string[] AccessLog => File.ReadAllLines(_folder["access.log"]);

    /// <summary>Files to change as anybody likes, below /dav/.</summary>
    public static async Task<ApacheProcess> StartDavAsync()
    {
        var folder = new ServerFolder("apache");
        await OwnAsync(folder.Make("www/dav"));
        await OwnAsync(folder.Make("locks"));
        return await StartAsync(folder, ["dav", "dav_fs", "mime"], $"""
            TypesConfig /etc/mime.types
            DavLockDB {folder["locks/db"]}
            <Location /dav>
              Dav On
            </Location>
            """, new Dictionary<string, string>());
    }

    /// <summary>/private/x for those who log on by Kerberos or NTLM; the field X-User says who that was.</summary>
    public static async Task<ApacheProcess> StartLogonAsync(KerberosRealm realm)
    {
        var folder = new ServerFolder("apache");
        folder.Make("www/private");
        folder.Write("www/private/x", "private");
        return await StartAsync(folder, ["authn_core", "authz_user", "headers", "auth_gssapi"], """
            <Location /private>
              AuthType GSSAPI
              AuthName mail
              GssapiConnectionBound On
              GssapiNegotiateOnce On
              GssapiAllowedMech krb5
              GssapiAllowedMech ntlmssp
              Require valid-user
              Header always set X-User "expr=%{REMOTE_USER}"
            </Location>
            """, realm.ServerEnvironment);
    }

    public static bool HasModule(string name) => File.Exists($"{Modules}/mod_{name}.so");

    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync("apache2", "-f", _folder["httpd.conf"], "-k", "stop");
        // It writes its last lines, and removes its pid file, when all of its processes have ended.
        while (File.Exists(_folder["httpd.pid"]))
        {
            await Task.Delay(20);
        }
        _folder.Dispose();
    }

    private static async Task<ApacheProcess> StartAsync(ServerFolder folder, string[] modules, string rest, IReadOnlyDictionary<string, string> environment)
    {
        var apache = new ApacheProcess(folder, ServerFolder.FreePort());
        string loaded = string.Join('\n', modules.Concat(["mpm_event", "authz_core", "dir"]).Select(m => $"LoadModule {m}_module {Modules}/mod_{m}.so"));
        folder.Write("httpd.conf", $"""
            ServerRoot {folder.Path}
            DefaultRuntimeDir {folder.Path}
            PidFile {folder["httpd.pid"]}
            ServerName 127.0.0.1
            Listen {apache.EndPoint}
            User www-data
            Group www-data
            {loaded}
            ErrorLog {folder["error.log"]}
            CustomLog {folder["access.log"]} "%{"{remote}"}p %u %>s"
            DocumentRoot {folder["www"]}
            ServerLimit 4
            ThreadsPerChild 64
            MaxRequestWorkers 256
            KeepAlive On
            MaxKeepAliveRequests 0
            KeepAliveTimeout 300
            Timeout 300
            <Directory {folder["www"]}>
              Require all granted
            </Directory>
            {rest}

            """);
        // It goes to the background only when it listens.
        await Tool.RunAsync(environment, "apache2", "-f", folder["httpd.conf"], "-k", "start");
        return apache;
    }

    private static Task<string> OwnAsync(string path) => Tool.RunAsync("chown", "www-data:www-data", path);
}
