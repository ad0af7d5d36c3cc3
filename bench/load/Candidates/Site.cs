using System.Diagnostics;
using System.Net;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>A folder with certificates, configurations and logs, and the origin behind all relays. Gone when it is disposed.</summary>
internal sealed class Site : IAsyncDisposable
{
    /// <summary>The only suite that TLS may use, by OpenSSL's name.</summary>
    public const string TlsSuite = "TLS_AES_256_GCM_SHA384";

    private ChildProcess? _origin;

    /// <summary>Where the web server listens.</summary>
    public IPEndPoint Origin { get; } = FreePorts.Next();

    public string Folder { get; } = Directory.CreateTempSubdirectory("feberelay-load-").FullName;

    public string this[string file] => Path.Combine(Folder, file);

    /// <summary>Makes the certificates and starts the origin.</summary>
    /// <param name="program">The feberelay that makes the certificates.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task PrepareAsync(string program, CancellationToken cancellation)
    {
        string[][] commands = [["init"], ["issue", "fe1.lab.test"], ["issue", "be1.lab.test"]];
        foreach (string[] command in commands)
        {
            using Process certs = Process.Start(new ProcessStartInfo(program, ["certs", .. command, "--directory", Folder])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            string said = await certs.StandardError.ReadToEndAsync(cancellation);
            await certs.WaitForExitAsync(cancellation);
            if (certs.ExitCode != 0)
            {
                throw new HarnessException($"feberelay certs {string.Join(' ', command)}: {said}");
            }
        }
        string pages = Directory.CreateDirectory(this["pages"]).FullName;
        foreach ((string name, int bytes) in ((string, int)[])[("1k", 1 << 10), ("64k", 64 << 10), ("10m", 10 << 20)])
        {
            await File.WriteAllBytesAsync(Path.Combine(pages, name), new byte[bytes], cancellation);
        }
        _origin = NginxCandidates.StartOrigin(this, Origin, pages);
        await Readiness.WaitAsync("origin", Origin, [_origin], cancellation);
    }

    public string Write(string file, string content)
    {
        File.WriteAllText(this[file], content);
        return this[file];
    }

    public ChildProcess Start(string name, string program, params string[] arguments) => new(this[$"{name}.log"], program, arguments);

    public async ValueTask DisposeAsync()
    {
        if (_origin is not null)
        {
            await _origin.DisposeAsync();
        }
        Directory.Delete(Folder, recursive: true);
    }
}
