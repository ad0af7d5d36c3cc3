using System.Diagnostics;
using System.Globalization;
using System.Net;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Loads;

/// <summary>wrk over one relay for some seconds, and what it cost.</summary>
internal static class WrkRun
{
    private const string Report = """
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("RESULT %d %d %d %d %.0f %.0f %.0f\n", summary.requests, summary.duration, summary.bytes,
            e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
        end
        """;

    /// <summary>Writes wrk's script of a load; returns its path.</summary>
    public static string WriteScript(string folder, Workload workload)
    {
        string body = workload.UploadBytes == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"wrk.method = \"POST\"\nwrk.body = string.rep(\"x\", {workload.UploadBytes})\n");
        string head = workload.ClosesConnections ? "wrk.headers[\"Connection\"] = \"close\"\n" : "";
        string path = Path.Combine(folder, $"wrk-{workload.Name}.lua");
        File.WriteAllText(path, head + body + Report);
        return path;
    }

    public static async Task<Sample> MeasureAsync(
        Workload workload, string script, IPEndPoint target, int seconds, IReadOnlyList<ChildProcess> relay, CancellationToken cancellation)
    {
        double before = ProcessTree.CpuMicroseconds(relay);
        string[] result = await RunAsync(workload, script, target, seconds, cancellation);
        double after = ProcessTree.CpuMicroseconds(relay);
        double[] figures = [.. result.Skip(1).Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
        long requests = (long)figures[0];
        return new Sample
        {
            Requests = requests,
            Seconds = figures[1] / 1e6,
            Bytes = Math.Max((long)figures[2], requests * workload.UploadBytes),
            Errors = (long)figures[3],
            P50 = figures[4],
            P99 = figures[5],
            P999 = figures[6],
            CpuMicroseconds = after - before,
            ResidentBytes = ProcessTree.ResidentBytes(relay),
        };
    }

    private static async Task<string[]> RunAsync(Workload workload, string script, IPEndPoint target, int seconds, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "-t1", $"-c{workload.Connections}", $"-d{seconds}s", "--timeout", "10s", "-s", script, $"http://{target}{workload.Path}",
        ];
        using Process wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })!;
        string output = await wrk.StandardOutput.ReadToEndAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(seconds + 30), cancellation);
        string? line = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal));
        return line?.Split(' ') ?? throw new HarnessException($"wrk gave no result over {target}:\n{output}");
    }
}
