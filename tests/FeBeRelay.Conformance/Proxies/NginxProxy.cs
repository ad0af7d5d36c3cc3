using System.Net;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>nginx as its documentation advises for long requests and WebSockets: nothing buffered, long time-outs, no limit of bodies.</summary>
internal sealed class NginxProxy : Proxy
{
    private const string StreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    public static bool HasStream => File.Exists(StreamModule);

    public static Task<NginxProxy> StartHttpAsync(IPEndPoint backEnd) => StartAsync("", (port, policyPort) => $$"""
        http {
          access_log off; client_body_temp_path body; proxy_temp_path t1; fastcgi_temp_path t2; uwsgi_temp_path t3; scgi_temp_path t4;
          client_max_body_size 0; client_header_timeout 1h; client_body_timeout 1h; send_timeout 1h; keepalive_timeout 1h; keepalive_requests 1000000;
          client_header_buffer_size 128k; large_client_header_buffers 8 128k;
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off; proxy_buffer_size 128k; proxy_buffers 8 128k; proxy_busy_buffers_size 256k;
          proxy_read_timeout 1h; proxy_send_timeout 1h; proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
          upstream be { server {{backEnd}}; keepalive 32; }
          server { listen 127.0.0.1:{{port}}; location / { proxy_pass http://be; } }
          server {
            listen 127.0.0.1:{{policyPort}};
            location / {
              proxy_pass http://be; proxy_set_header Host $http_host; proxy_set_header Connection ''; proxy_set_header Front-End-Https On;
              proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $host;
            }
          }
        }
        """, hasPolicy: true);

    public static Task<NginxProxy> StartStreamAsync(IPEndPoint backEnd) => StartAsync(
        $"load_module {StreamModule};", (port, _) => $$"""
        stream { server { listen 127.0.0.1:{{port}}; proxy_pass {{backEnd}}; proxy_timeout 1h; proxy_half_close on; } }
        """, hasPolicy: false);

    private static async Task<NginxProxy> StartAsync(string modules, Func<int, int, string> block, bool hasPolicy)
    {
        var proxy = new NginxProxy();
        (int port, int policyPort) = (FreePort(), FreePort());
        // The workers are who started nginx: the folder is its owner's only.
        await proxy.WriteAsync("nginx.conf", $$"""
            {{modules}}
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            worker_processes 1; pid nginx.pid; error_log stderr info; daemon off;
            events { worker_connections 4096; }
            {{block(port, policyPort)}}
            """);
        ProxyProcess process = proxy.Add(new ProxyProcess("nginx", "-p", proxy.Folder, "-e", "stderr", "-c", "nginx.conf"));
        await process.WaitForAsync("start worker process ");
        proxy.ReadLog = process.ReadLog;
        proxy.Target = UrlOf(port);
        proxy.PolicyTarget = hasPolicy ? UrlOf(policyPort) : null;
        return proxy;
    }
}
