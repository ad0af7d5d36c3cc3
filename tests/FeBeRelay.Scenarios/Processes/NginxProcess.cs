using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>nginx as a back end: files to get, and a place to put some. A folder of its own, stopped through its own pid file.</summary>
internal sealed class NginxProcess : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-nginx-").FullName;

    private NginxProcess(int port) => EndPoint = new IPEndPoint(IPAddress.Loopback, port);

    public IPEndPoint EndPoint { get; }

    public static async Task<NginxProcess> StartAsync()
    {
        using var free = new StubServer();
        int port = ((IPEndPoint)free.EndPoint).Port;
        free.Dispose();
        var nginx = new NginxProcess(port);
        Directory.CreateDirectory(nginx["www"]);
        // The workers are who started nginx: the folder is its owner's only.
        string user = Environment.IsPrivilegedProcess ? "user root;" : "";
        await File.WriteAllTextAsync(nginx["nginx.conf"], string.Create(CultureInfo.InvariantCulture, $$"""
            {{user}}
            worker_processes 1; pid nginx.pid; error_log error.log;
            events { worker_connections 1024; }
            http {
              access_log off; client_max_body_size 0; client_body_temp_path body; keepalive_requests 1000000;
              proxy_temp_path t1; fastcgi_temp_path t2; uwsgi_temp_path t3; scgi_temp_path t4;
              server { listen {{nginx.EndPoint}}; root www; dav_methods PUT; }
            }
            """));
        // It goes to the background only when it listens.
        await nginx.CommandAsync();
        return nginx;
    }

    public string this[string file] => Path.Combine(_folder, file);

    /// <summary>A file of random bytes to download, and its hash.</summary>
    public async Task<byte[]> PublishAsync(string name, long length)
    {
        await using FileStream file = File.Create(this[$"www/{name}"]);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[Math.Min(length, 1 << 20)];
        for (long rest = length; rest > 0;)
        {
            int count = (int)Math.Min(rest, piece.Length);
            Random.Shared.NextBytes(piece);
            hash.AppendData(piece, 0, count);
            await file.WriteAsync(piece.AsMemory(0, count));
            rest -= count;
        }
        return hash.GetHashAndReset();
    }

    public async ValueTask DisposeAsync()
    {
        await CommandAsync("-s", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private Task<string> CommandAsync(params IEnumerable<string> more) =>
        Tool.RunAsync("nginx", ["-p", _folder, "-e", "error.log", "-c", "nginx.conf", .. more]);
}
