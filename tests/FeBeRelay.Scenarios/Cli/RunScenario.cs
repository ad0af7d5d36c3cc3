using System.Net;
using System.Net.Sockets;
using FeBeRelay.Cli;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>A service manager starts a node and stops it again; an administrator's mistakes end the program with one clear message.</summary>
public sealed class RunScenario : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.CreateAsync();

    [Fact]
    public async Task A_node_runs_until_sigterm_drains_and_ends_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGTERM is a Unix matter");
        using var node = new RunningProgram("run", "--config", _site["be1.json"]);

        var line = await node.WaitForAsync("Node be1.lab.test started");
        await node.TerminateAsync();
        await node.WaitForAsync("Draining");
        var end = await node.EndAsync();

        Assert.Equal((0, ""), (end.Code, end.Output));
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z info: ", line);
        Assert.Contains("Node be1.lab.test stopped", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_json_where_the_configuration_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGTERM is a Unix matter");
        using var node = new RunningProgram("run", "--config", _site["be1.json"], "--set", "Logging:Console:FormatterName=json");

        var line = await node.WaitForAsync("Node be1.lab.test started");
        await node.TerminateAsync();

        Assert.StartsWith("{\"Timestamp\":", line, StringComparison.Ordinal);
        Assert.Equal(0, (await node.EndAsync()).Code);
    }

    [Fact]
    public async Task A_configuration_with_errors_does_not_start()
    {
        using var node = new RunningProgram("run", "--config", _site["fe1.json"], "--set", "nodes:be1:identity=", "--set", "node:drainSeconds=-1");

        var end = await node.EndAsync();

        Assert.Equal((ExitCode.ConfigurationInvalid, ""), (end.Code, end.Output));
        Assert.Contains("feberelay: --set: nodes:be1:identity = \"\" must not be empty", end.Error, StringComparison.Ordinal);
        Assert.Contains("feberelay: --set: node:drainSeconds = \"-1\" is out of range", end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_whose_cryptography_does_not_answer_runs_no_node()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "configures OpenSSL");
        var configuration = _site["openssl.cnf"];
        await File.WriteAllTextAsync(
            configuration,
            """
            openssl_conf = init
            [init]
            alg_section = properties
            [properties]
            default_properties = provider=none
            """,
            TestContext.Current.CancellationToken);
        using var node = new RunningProgram(new Dictionary<string, string> { ["OPENSSL_CONF"] = configuration }, "run", "--config", _site["be1.json"]);

        var end = await node.EndAsync();

        Assert.Equal((ExitCode.CryptographyFailed, ""), (end.Code, end.Output));
        Assert.StartsWith("feberelay: the cryptography of this machine gives wrong answers or none for ", end.Error, StringComparison.Ordinal);
        Assert.Contains("HKDF-SHA-256", end.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: check how OpenSSL is installed", end.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_message_and_a_hint_without_a_stack_trace()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var node = new RunningProgram("run", "--config", _site["be1.json"], "--set", $"listener:listen:0={taken.LocalEndpoint}");

        var end = await node.EndAsync();

        Assert.Equal((ExitCode.Failed, ""), (end.Code, end.Output));
        Assert.Equal(
            $"feberelay: node port {taken.LocalEndpoint} cannot be opened: Address already in use\nhint: stop the other program or choose another address\n",
            end.Error.ReplaceLineEndings("\n"));
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }
}
