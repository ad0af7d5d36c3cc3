using System.Net;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>nginx in front, nginx behind, TLS with certificates of both between them; and the origin.</summary>
internal static class NginxCandidates
{
    public static readonly Candidate Stream = new("nginx stream", Family.StreamPeer, StartStream);

    public static readonly Candidate Http = new("nginx http", Family.HttpPeer, StartHttp);

    /// <summary>The web server behind all relays. An upload is read to its end before it is answered, by way of a second server.</summary>
    public static ChildProcess StartOrigin(Site site, IPEndPoint listen, string pages) => Start(site, "origin", $$"""
        http {
          access_log off;
          sendfile on;
          tcp_nopush on;
          keepalive_timeout 1h;
          keepalive_requests 100000000;
          client_max_body_size 0;
          client_body_buffer_size 2m;
          {{TemporaryPaths(site, "origin")}}
          server {
            listen {{listen}} backlog=4096;
            root {{pages}};
            location = /upload {
              proxy_pass_request_body off;
              proxy_set_header Content-Length "";
              proxy_pass http://unix:{{site["origin.sock"]}};
            }
          }
          server {
            listen unix:{{site["origin.sock"]}};
            return 204;
          }
        }
        """);

    private static RunningCandidate StartStream(Site site, Reconnecting reconnecting)
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        bool resumes = reconnecting != Reconnecting.Full;
        ChildProcess behind = Start(site, "nginx-stream-be", $$"""
            stream {
              server {
                listen {{back}} ssl backlog=4096;
                {{Server(site, "", resumes)}}
                proxy_timeout 1h;
                proxy_pass {{site.Origin}};
              }
            }
            """);
        ChildProcess before = Start(site, "nginx-stream-fe", $$"""
            stream {
              server {
                listen {{front}} backlog=4096;
                proxy_ssl on;
                {{Client(site)}}
                proxy_ssl_session_reuse {{OnOff(resumes)}};
                proxy_timeout 1h;
                proxy_pass {{back}};
              }
            }
            """);
        return new RunningCandidate(front, [behind, before]);
    }

    private static RunningCandidate StartHttp(Site site, Reconnecting reconnecting)
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        ChildProcess behind = Start(site, "nginx-http-be", HttpServer(site, "nginx-http-be", $"{back} ssl", site.Origin, "http", Server(site, "", resumes: true)));
        ChildProcess before = Start(site, "nginx-http-fe", HttpServer(site, "nginx-http-fe", $"{front}", back, "https", Client(site)));
        return new RunningCandidate(front, [behind, before]);
    }

    private static string HttpServer(Site site, string name, string listen, IPEndPoint target, string scheme, string security) => $$"""
        http {
          access_log off;
          keepalive_timeout 1h;
          keepalive_requests 100000000;
          client_max_body_size 0;
          {{TemporaryPaths(site, name)}}
          upstream next {
            server {{target}};
            keepalive 512;
            keepalive_requests 100000000;
          }
          server {
            listen {{listen}} backlog=4096;
            {{security}}
            location / {
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_max_temp_file_size 0;
              proxy_request_buffering off;
              proxy_pass {{scheme}}://next;
            }
          }
        }
        """;

    private static string Server(Site site, string prefix, bool resumes) => $"""
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites {Site.TlsSuite};
        ssl_certificate {site["be1.lab.test.pem"]};
        ssl_certificate_key {site["be1.lab.test.key"]};
        ssl_client_certificate {site["ca.pem"]};
        ssl_verify_client on;
        {(resumes ? "ssl_session_cache shared:tls:10m;" : "ssl_session_tickets off; ssl_session_cache off;")}
        """;

    private static string Client(Site site) => $"""
        proxy_ssl_protocols TLSv1.3;
        proxy_ssl_conf_command Ciphersuites {Site.TlsSuite};
        proxy_ssl_certificate {site["fe1.lab.test.pem"]};
        proxy_ssl_certificate_key {site["fe1.lab.test.key"]};
        proxy_ssl_trusted_certificate {site["ca.pem"]};
        proxy_ssl_verify on;
        proxy_ssl_name be1.lab.test;
        """;

    private static string OnOff(bool on) => on ? "on" : "off";

    private static string TemporaryPaths(Site site, string name) => string.Join(
        ' ',
        ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind => $"{kind}_temp_path {site[$"{name}.{kind}"]};"));

    private static ChildProcess Start(Site site, string name, string configuration)
    {
        string file = site.Write($"{name}.conf", $$"""
            daemon off;
            worker_processes {{Environment.ProcessorCount}};
            worker_rlimit_nofile 20000;
            pid {{site[$"{name}.pid"]}};
            error_log stderr warn;
            load_module /usr/lib/nginx/modules/ngx_stream_module.so;
            events { worker_connections 19900; }
            {{configuration}}
            """);
        // As root the workers would be another user, who may not read the folder.
        string[] user = Environment.UserName == "root" ? ["-g", "user root;"] : [];
        return site.Start(name, "/usr/sbin/nginx", ["-c", file, "-p", site.Folder, "-e", "stderr", .. user]);
    }
}
