using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>The two hosts and their link; removed whatever happens.</summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    public const string FrontEndAddress = "10.77.2.1";
    public const string BackEndAddress = "10.77.2.2";

    private readonly string _suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

    public string FrontEnd => $"fbr-fe-{_suffix}";

    public string BackEnd => $"fbr-be-{_suffix}";

    public static async Task<TwoHosts> CreateAsync()
    {
        var hosts = new TwoHosts();
        await IpAsync($"netns add {hosts.FrontEnd}");
        await IpAsync($"netns add {hosts.BackEnd}");
        await IpAsync($"link add eth0 netns {hosts.FrontEnd} type veth peer name eth0 netns {hosts.BackEnd}");
        foreach ((string host, string address) in ((string, string)[])[(hosts.FrontEnd, FrontEndAddress), (hosts.BackEnd, BackEndAddress)])
        {
            await IpAsync($"-n {host} addr add {address}/24 dev eth0");
            await IpAsync($"-n {host} link set lo up");
            await IpAsync($"-n {host} link set eth0 up");
        }
        return hosts;
    }

    /// <summary>Starts a capture and waits until it listens.</summary>
    public async Task<Process> CaptureAsync(string file)
    {
        string[] command = ["netns", "exec", FrontEnd, "tcpdump", "-i", "eth0", "--immediate-mode", "-U", "-s", "0", "-w", file];
        Process process = Process.Start(new ProcessStartInfo("ip", command) { RedirectStandardError = true })!;
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
        {
        }
        return process;
    }

    public static async Task StopCaptureAsync(Process tcpdump)
    {
        await Tool.RunAsync("kill", "-INT", $"{tcpdump.Id}");
        await tcpdump.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sends text over the link without protection, and waits until it has arrived.</summary>
    public async Task SendClearAsync(string text, int port)
    {
        string listen = $"import socket; s=socket.create_server(('{BackEndAddress}',{port})); print('ready',flush=True); c,_=s.accept(); print(c.recv(100).decode())";
        using Process receiver = Process.Start(
            new ProcessStartInfo("ip", ["netns", "exec", BackEnd, "python3", "-c", listen]) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", await receiver.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        await Tool.RunAsync(
            "ip", "netns", "exec", FrontEnd, "python3", "-c",
            $"import socket; c=socket.create_connection(('{BackEndAddress}',{port})); c.sendall(b'{text}'); c.close()");
        Assert.Equal(text, await receiver.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Runs a program on one of the hosts to its end, which must be a good one.</summary>
    public static Task<string> RunAsync(string host, params IEnumerable<string> command) => Tool.RunAsync("ip", ["netns", "exec", host, .. command]);

    /// <summary>Starts one there that goes on.</summary>
    public static Process Start(string host, params IEnumerable<string> command) =>
        Process.Start(new ProcessStartInfo("ip", ["netns", "exec", host, .. command]) { RedirectStandardOutput = true })!;

    public async ValueTask DisposeAsync()
    {
        await IpAsync($"netns delete {FrontEnd}");
        await IpAsync($"netns delete {BackEnd}");
    }

    private static async Task IpAsync(string arguments) => await Tool.RunAsync("ip", arguments.Split(' '));
}
