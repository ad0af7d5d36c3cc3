using System.Net;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>HAProxy with long time-outs and large buffers; in HTTP mode a back-end connection for each client's, and no waiting to fill packets.</summary>
internal sealed class HaProxyProxy : Proxy
{
    public static Task<HaProxyProxy> StartHttpAsync(IPEndPoint backEnd) => StartAsync((port, policyPort) => $"""
          mode http
          option httplog
          option http-no-delay
          option abortonclose
          http-reuse never
        frontend fe
          bind 127.0.0.1:{port}
          default_backend be
        frontend policy
          bind 127.0.0.1:{policyPort}
          http-request set-header Front-End-Https On
          http-request set-header X-Forwarded-For %[src]
          http-request set-header X-Forwarded-Proto http
          http-request del-header X-Forwarded-Host
          default_backend be
        backend be
          server be1 {backEnd}
        """, hasPolicy: true);

    public static Task<HaProxyProxy> StartTcpAsync(IPEndPoint backEnd) => StartAsync((port, _) => $"""
          mode tcp
          option tcplog
        listen fe
          bind 127.0.0.1:{port}
          server be1 {backEnd}
        """, hasPolicy: false);

    private static async Task<HaProxyProxy> StartAsync(Func<int, int, string> rest, bool hasPolicy)
    {
        var proxy = new HaProxyProxy();
        (int port, int policyPort) = (FreePort(), FreePort());
        string path = await proxy.WriteAsync("haproxy.cfg", $"""
            global
              maxconn 4000
              tune.bufsize 131072
              tune.http.maxhdr 1000
              log stderr format raw local0 info
            defaults
              log global
              timeout connect 5s
              timeout client 1h
              timeout server 1h
              timeout tunnel 1h
              timeout http-request 1h
              timeout http-keep-alive 1h
              timeout client-fin 1h
            {rest(port, policyPort)}

            """);
        ProxyProcess process = proxy.Add(new ProxyProcess("haproxy", "-W", "-f", path));
        await process.WaitForAsync("forked|New worker");
        proxy.ReadLog = process.ReadLog;
        proxy.Target = UrlOf(port);
        proxy.PolicyTarget = hasPolicy ? UrlOf(policyPort) : null;
        return proxy;
    }
}
