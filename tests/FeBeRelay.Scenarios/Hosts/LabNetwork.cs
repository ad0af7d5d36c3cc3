using System.Diagnostics;
using System.Security.Cryptography;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Hosts;

/// <summary>
/// Hosts, each a network namespace, on two links: <c>edge</c> (10.78.1.0/24) with the client and the front end, <c>link</c> (10.78.2.0/24) with
/// the front end, three back ends, and somebody in the middle, whose host the switch is. Removed whatever happens.
/// </summary>
internal sealed class LabNetwork : IAsyncDisposable
{
    public const string FrontEndAddress = "10.78.1.1";

    private readonly string _suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
    private readonly List<string> _hosts = [];

    private LabNetwork()
    {
    }

    public string Client => Name("client");

    public string FrontEnd => Name("fe");

    /// <summary>Where every packet between the nodes passes.</summary>
    public string Middle => Name("sw");

    public static async Task<LabNetwork> CreateAsync()
    {
        var network = new LabNetwork();
        try
        {
            foreach (string host in (string[])["sw", "client", "fe", "be1", "be2", "be3"])
            {
                await IpAsync($"netns add {network.Name(host)}");
                network._hosts.Add(network.Name(host));
                await IpAsync($"-n {network.Name(host)} link set lo up");
            }
            await network.AddSwitchAsync("edge");
            await network.AddSwitchAsync("link");
            await IpAsync($"-n {network.Middle} addr add 10.78.2.66/24 dev link");
            await network.AttachAsync("client", "edge", "10.78.1.10");
            await network.AttachAsync("fe", "edge", FrontEndAddress);
            await network.AttachAsync("fe", "link", "10.78.2.1");
            foreach (int number in Enumerable.Range(1, 3))
            {
                await network.AttachAsync($"be{number}", "link", BackEndAddress(number));
            }
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public static string BackEndAddress(int number) => $"10.78.2.1{number}";

    public string BackEnd(int number) => Name($"be{number}");

    /// <summary>Runs a program on a host to its end.</summary>
    public static Task<string> RunAsync(string host, params IEnumerable<string> command) => Tool.RunAsync("ip", ["netns", "exec", host, .. command]);

    /// <summary>Starts a program on a host; its input and output are the test's.</summary>
    public static Process Start(string host, params IEnumerable<string> command) => Process.Start(
        new ProcessStartInfo("ip", ["netns", "exec", host, .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Pulls a back end's cable, or plugs it in again.</summary>
    public Task PlugAsync(int backEnd, bool isIn) => IpAsync($"-n {Middle} link set be{backEnd}-link {(isIn ? "up" : "down")}");

    /// <summary>From now on that many of a hundred packets that reach a host from the link are lost.</summary>
    public static async Task LoseAsync(string host, int percent)
    {
        await RunAsync(host, "nft", "add", "table", "inet", "lab");
        await RunAsync(host, "nft", "add", "chain", "inet", "lab", "in", "{ type filter hook input priority 0; }");
        await RunAsync(host, "nft", "add", "rule", "inet", "lab", "in", "iifname", "link", "numgen", "random", "mod", "100", "<", $"{percent}", "drop");
    }

    /// <summary>Starts a capture of the link and waits until it listens.</summary>
    public async Task<Process> CaptureAsync(string file)
    {
        Process process = Start(Middle, "tcpdump", "-i", "fe-link", "--immediate-mode", "-U", "-s", "0", "-w", file);
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
        {
        }
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string host in _hosts)
        {
            await IpAsync($"netns delete {host}");
        }
    }

    private static async Task IpAsync(string arguments) => await Tool.RunAsync("ip", arguments.Split(' '));

    private string Name(string host) => $"fbr-{host}-{_suffix}";

    private async Task AddSwitchAsync(string name)
    {
        await IpAsync($"-n {Middle} link add name {name} type bridge");
        await IpAsync($"-n {Middle} link set dev {name} up");
    }

    private async Task AttachAsync(string host, string to, string address)
    {
        await IpAsync($"link add name {host}-{to} netns {Middle} type veth peer name {to} netns {Name(host)}");
        await IpAsync($"-n {Middle} link set dev {host}-{to} master {to} up");
        await IpAsync($"-n {Name(host)} addr add {address}/24 dev {to}");
        await IpAsync($"-n {Name(host)} link set dev {to} up");
    }
}
