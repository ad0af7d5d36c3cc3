using System.Net;
using System.Net.Sockets;
using FeBeRelay.Cli;
using FeBeRelay.Cli.Lab.Checks;
using FeBeRelay.Scenarios.Cli;
using Xunit;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>
/// The newcomer's command, with real nodes. It has to work at the first try: on a machine where the usual port is taken it
/// finds another one, and where it cannot do what was asked it says so in a line.
/// </summary>
public sealed class LabScenario
{
    private const int UsualPort = 8080;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_program_checks_everything_over_its_own_channel_and_ends_0()
    {
        using var lab = new RunningProgram("lab", "--check");
        Transcript end = await lab.EndAsync();

        Assert.True(end.Code == ExitCode.Succeeded, end.Output + end.Error);
        Assert.Empty(end.Error);
        Assert.EndsWith($"{2 * LabCheck.Count + 1} checks, all ok\n", end.Output, StringComparison.Ordinal);
        Assert.Contains($"0 of {2 * LabCheck.Count} markers readable, {2 * LabCheck.Count} delivered", end.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--check")]
    [InlineData()]
    public async Task A_port_in_use_is_one_message_and_a_hint(params string[] options)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var lab = new RunningProgram(["lab", "--http-port", $"{port}", .. options]);

        Transcript end = await lab.EndAsync();

        Assert.Equal((ExitCode.Failed, ""), (end.Code, end.Output));
        Assert.Equal($"feberelay: port {port} on loopback is in use\nhint: choose another with --http-port, or 0 for any free one\n", end.Error);
    }

    [Fact]
    public async Task Where_the_usual_port_is_taken_and_none_was_asked_for_another_one_is_found()
    {
        using Socket? taken = TakeUsualPort();
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var output = new FlushSignallingWriter();
        var context = new CommandContext(new Dictionary<string, string>(), [], (_, _) => throw new InvalidOperationException("no probe was expected"));

        Task<int> running = CommandLine.RunAsync(["lab"], context, output, TextWriter.Null, interrupt.Token);
        await output.FlushedAsync(Cancellation);
        string first = output.ToString().Split('\n')[0];
        await interrupt.CancelAsync();

        Assert.Equal(ExitCode.Succeeded, await running);
        Assert.StartsWith("open          http://127.0.0.1:", first, StringComparison.Ordinal);
        Assert.DoesNotContain($":{UsualPort}/", first, StringComparison.Ordinal);
    }

    /// <summary>Null where another program has it already, which serves as well.</summary>
    private static Socket? TakeUsualPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, UsualPort));
            socket.Listen();
            return socket;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            return null;
        }
    }
}
