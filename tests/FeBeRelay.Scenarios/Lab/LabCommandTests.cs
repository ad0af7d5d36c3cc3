using System.CommandLine;
using System.Text.Json;
using FeBeRelay.Cli.Lab;
using FeBeRelay.Cli.Lab.Checks;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>The lab's command as a person or a script meets it, over a pretend tunnel.</summary>
public sealed class LabCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_check_through_a_tunnel_that_hides_the_bytes_prints_a_line_each_and_ends_0()
    {
        (int exitCode, string output, _) = await RunAsync(TestTunnels.StartHidingAsync, "--check");

        Assert.Equal(0, exitCode);
        string[] lines = output.Split('\n');
        Assert.Equal(LabCheck.Count + 1, lines.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("fe.lab.test (initiator), be.lab.test (responder)", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"0 of {LabCheck.Count} markers readable, {LabCheck.Count} delivered", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task A_check_through_a_tunnel_that_hides_nothing_ends_1_and_names_what_could_be_read()
    {
        (int exitCode, string output, _) = await RunAsync(TestTunnels.StartClearAsync, "--check");

        Assert.Equal(1, exitCode);
        string failed = Assert.Single(output.Split('\n'), line => line.StartsWith("FAILED", StringComparison.Ordinal));
        Assert.Contains("readable on the link: sign-in, inbox", failed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_json_the_output_is_one_document_with_the_same_verdict(bool hides)
    {
        (int exitCode, string output, _) = await RunAsync(hides ? TestTunnels.StartHidingAsync : TestTunnels.StartClearAsync, "--check", "--json");

        JsonElement document = JsonDocument.Parse(output).RootElement;
        Assert.Equal(hides ? 0 : 1, exitCode);
        Assert.Equal(hides, document.GetProperty("ok").GetBoolean());
        Assert.Equal(LabCheck.Count + 1, document.GetProperty("checks").GetArrayLength());
        Assert.All(document.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("bytesSent").GetInt64() > 0));
        Assert.Equal("be.lab.test", document.GetProperty("association").GetProperty("responder").GetString());
        Assert.Equal(hides ? 0 : LabCheck.Count, document.GetProperty("wiretap").GetProperty("markersReadable").GetInt32());
    }

    [Theory]
    [InlineData("--http-port", "65536")]
    [InlineData("--http-port", "-1")]
    [InlineData("--json")]
    public void Nonsense_is_refused(params string[] arguments)
    {
        Assert.NotEmpty(LabCommand.Create(TestTunnels.StartHidingAsync).Parse(arguments).Errors);
    }

    [Fact]
    public async Task Left_running_it_shows_where_to_look_and_what_passed_until_it_is_interrupted()
    {
        await using LabBench bench = await LabBench.StartAsync(TestTunnels.StartHidingAsync, relayPort: 0, withConsole: false, TimeProvider.System, Cancellation);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var writer = new FlushSignallingWriter();
        var time = new FakeTimeProvider();

        Task showing = LabShow.RunAsync(bench, new LabOutput(writer, TextWriter.Null), time, interrupt.Token);
        await writer.FlushedAsync(Cancellation);
        Assert.Contains($"{bench.Address}", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("aes256-gcm", writer.ToString(), StringComparison.Ordinal);

        using (var client = new HttpClient())
        {
            await client.GetStringAsync(new Uri(bench.Address, "/lab/reflect/the-secret-word"), Cancellation);
        }

        time.Advance(TimeSpan.FromSeconds(1));
        await writer.FlushedAsync(Cancellation);
        Assert.Contains("    GET /lab/reflect/the-secret-word HTTP/1.1", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("--- answers on the link", writer.ToString(), StringComparison.Ordinal);

        await interrupt.CancelAsync();
        await showing;
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(StartLabTunnel tunnel, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        int exitCode = await LabCommand.Create(tunnel).Parse(arguments).InvokeAsync(configuration, Cancellation);
        return (exitCode, output.ToString(), error.ToString());
    }
}
