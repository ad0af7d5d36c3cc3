using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeBeRelay.Scenarios.Processes;
using NJsonSchema;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>
/// Two nodes and an application's connection between them. The administrator asks both nodes what they protect: in a terminal of 80 columns, in a pipe, as
/// JSON, by name over a channel. All say the same figures, and what the administrator then does to the association happens.
/// </summary>
public sealed partial class MonitorScenario : IAsyncLifetime
{
    private const int Question = 4_000;

    private readonly StubServer _backEnd = new();
    private NodePair _nodes = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require();
        _nodes = await new NodePair { BackEnd = NodePair.Text(_backEnd.EndPoint), Management = """{ "viewers": [ "fe1.lab.test" ] }""" }.StartAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Both_nodes_show_the_same_figures_in_every_form()
    {
        await VisitAsync();
        while (Int((await JsonAsync("monitor", "--config", _nodes["fe1.json"], "--json")).GetProperty("totals"), "openStreams") > 0)
        {
            // The channel has not come back yet.
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        await VisitAsync();

        JsonElement relay = await JsonAsync("monitor", "--config", _nodes["fe1.json"], "--json");
        JsonElement listener = await JsonAsync("monitor", "--config", _nodes["be1.json"], "--json");
        JsonElement totals = relay.GetProperty("totals");
        Assert.InRange(totals.GetProperty("confidentialBytesSent").GetInt64(), 2 * Question, 2 * Question + 200);
        Assert.Equal(totals.GetProperty("confidentialBytesSent").GetInt64(), listener.GetProperty("totals").GetProperty("confidentialBytesReceived").GetInt64());
        Assert.Equal((1, 1, 2), (Int(totals, "mainModes"), Int(totals, "quickModes"), Int(totals, "keyAdditions")));
        JsonElement association = relay.GetProperty("associations").EnumerateArray().Single();
        Assert.Equal(("secured", "aes256-gcm", "be1.lab.test"), (Text(association, "protection"), Text(association, "suite"), Text(association, "peer")));
        Assert.Equal((2, "owa", "secureServer"), (Int(association.GetProperty("channels")[0], "streams"), Text(association.GetProperty("channels")[0], "service"), Text(association.GetProperty("channels")[0], "rule")));
        Assert.Equal(Text(association, "id"), Text(listener.GetProperty("associations")[0], "id"));

        Transcript once = await RunAsync("monitor", "--config", _nodes["fe1.json"], "--once");
        Assert.Contains("secured", once.Output, StringComparison.Ordinal);
        Assert.Contains($"{totals.GetProperty("confidentialBytesSent").GetInt64():N0}", once.Output, StringComparison.Ordinal);
        Transcript other = await RunAsync("monitor", "be1", "--config", _nodes["fe1.json"], "--once", "--filter", "owa");
        Assert.StartsWith("be1 ", other.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 rows contain 'owa'", other.Output, StringComparison.Ordinal);
        Transcript clear = await RunAsync("monitor", "--config", _nodes["fe1.json"], "--once", "--filter", "clear");
        Assert.Contains("0 of 1 rows contain 'clear'", clear.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Json_is_of_the_form_that_is_documented()
    {
        await VisitAsync();
        JsonSchema schema = await JsonSchema.FromFileAsync(SchemaFile(), TestContext.Current.CancellationToken);

        Transcript said = await RunAsync("monitor", "--config", _nodes["be1.json"], "--json");

        Assert.Empty(schema.Validate(said.Output));
        Assert.NotEmpty(schema.Validate(said.Output.Replace("\"mainModes\"", "\"mainmodes\"", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_terminal_of_80_by_24_holds_it()
    {
        Tool.Require("script");
        await VisitAsync();

        string screen = await WatchAsync(columns: 80, lines: 24, until: "Unknown associations");

        string[] lines = screen.Split('\n');
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, 80));
        Assert.InRange(lines.Length, 10, 24);
        Assert.Contains(lines, line => Regex.IsMatch(line, @"^be1\.lab\.test +secureServer +secured +aes256-gcm +1 "));
        Assert.Contains(lines, line => Regex.IsMatch(line, @"^Main modes +1  Quick modes, rekeys +1, 0"));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_association_is_shown_renewed_and_deleted()
    {
        await VisitAsync();
        string id = Text((await JsonAsync("sa", "list", "--config", _nodes["fe1.json"], "--json"))[0], "id");
        Assert.Contains(id, (await RunAsync("sa", "list", "--config", _nodes["fe1.json"])).Output, StringComparison.Ordinal);
        Assert.Contains("1 streams, the last of owa", (await RunAsync("sa", "show", id[..8], "--config", _nodes["fe1.json"])).Output, StringComparison.Ordinal);

        Transcript renewed = await RunAsync("sa", "rekey", id, "--config", _nodes["fe1.json"]);
        Assert.Equal($"{id}: new keys asked for in 1 channels\n", renewed.Output);
        while (Int((await JsonAsync("monitor", "--config", _nodes["be1.json"], "--json")).GetProperty("totals"), "rekeys") == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        Transcript deleted = await RunAsync("sa", "delete", id, "--config", _nodes["fe1.json"], "--reason", "moved to another rack");
        Assert.Equal($"{id}: deleted, with 1 channels\n", deleted.Output);
        Assert.Equal(0, (await JsonAsync("sa", "list", "--config", _nodes["fe1.json"], "--json")).GetArrayLength());
        await VisitAsync();
        Assert.NotEqual(id, Text((await JsonAsync("sa", "list", "--config", _nodes["fe1.json"], "--json"))[0], "id"));
        Transcript audit = await RunAsync("audit", "show", "managementAction", "--config", _nodes["fe1.json"]);
        Assert.Contains("deleted: moved to another rack", audit.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_cannot_be_had_is_told_with_what_to_do()
    {
        (string[] Command, int Code, string Message)[] cases =
        [
            (["sa", "show", "0123456789", "--config", _nodes["fe1.json"]], 1, "there is no association 0123456789"),
            (["monitor", "be2", "--config", _nodes["fe1.json"], "--once"], 2, "has no node be2"),
            (["monitor", "--once"], 2, "name one of --config FILE and --address URL"),
            (["monitor", "--address", "http://10.0.0.1:80", "--token-file", "x", "--once"], 2, "is not a loopback address"),
            (["sa", "rekey", "0123", "--node", "be1", "--config", _nodes["fe1.json"]], 5, "node be1 refuses"),
        ];
        foreach ((string[] command, int code, string message) in cases)
        {
            using var program = new RunningProgram(command);
            Transcript end = await program.EndAsync();
            Assert.Equal((code, ""), (end.Code, end.Output));
            Assert.Contains(message, end.Error, StringComparison.Ordinal);
            Assert.Contains("\nhint: ", end.Error, StringComparison.Ordinal);
        }
        await _nodes.Relay.TerminateAsync();
        await _nodes.Relay.EndAsync();
        using var late = new RunningProgram("monitor", "--config", _nodes["fe1.json"], "--once");
        Transcript gone = await late.EndAsync();
        Assert.Equal(4, gone.Code);
        Assert.Contains("hint: is the node running", gone.Error, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
        _backEnd.Dispose();
    }

    /// <summary>An application asks, and both sides end.</summary>
    private async Task VisitAsync()
    {
        using Socket client = await _nodes.ConnectAsync();
        await client.SendAsync(new byte[Question], TestContext.Current.CancellationToken);
        client.Shutdown(SocketShutdown.Send);
        using Socket served = await _backEnd.AcceptAsync();
        Assert.Equal(Question, (await served.HearAllAsync()).Length);
        served.Shutdown(SocketShutdown.Send);
        Assert.Empty(await client.HearAllAsync());
    }

    private static async Task<Transcript> RunAsync(params string[] command)
    {
        using var program = new RunningProgram(command);
        Transcript end = await program.EndAsync();
        Assert.True(end.Code == 0, end.Error);
        return end;
    }

    private static async Task<JsonElement> JsonAsync(params string[] command) => JsonDocument.Parse((await RunAsync(command)).Output).RootElement;

    /// <summary>What a pseudo-terminal of that size shows of the live monitor's first screen.</summary>
    private async Task<string> WatchAsync(int columns, int lines, string until)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "feberelay");
        var start = new ProcessStartInfo("script", ["-qefc", $"stty cols {columns} rows {lines}; exec {program} monitor --config {_nodes["fe1.json"]}", "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            Environment = { ["TERM"] = "xterm-256color" },
        };
        using Process process = Process.Start(start)!;
        try
        {
            var said = new System.Text.StringBuilder();
            var buffer = new char[4_096];
            string shown;
            while (!Regex.IsMatch(shown = Escapes().Replace(said.ToString(), "").Replace("\r", "", StringComparison.Ordinal), $"{until} +[0-9]"))
            {
                int count = await process.StandardOutput.ReadAsync(buffer, TestContext.Current.CancellationToken);
                Assert.True(count > 0, $"the monitor ended: {said}");
                said.Append(buffer, 0, count);
            }
            return shown;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string SchemaFile()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return Path.Combine(folder, "docs", "monitor.schema.json");
    }

    private static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    [GeneratedRegex("\u001b\\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escapes();
}
