using FeBeRelay.Cli;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

public sealed class ConsoleLogTests
{
    [Fact]
    public void A_warning_has_each_cause_once_and_no_stack() => Assert.Equal(
        "warn: Health[17] Probing failed. (node be1 cannot be reached: Connection refused)\n",
        Write(LogLevel.Warning, "Probing failed.", Thrown("node be1 cannot be reached: Connection refused.", new IOException("Connection refused"))));

    [Fact]
    public void An_error_has_the_stack_on_one_line()
    {
        string line = Write(LogLevel.Error, "Unexpected.", Thrown("outer", new IOException("inner")));
        Assert.StartsWith("fail: Health[17] Unexpected. System.InvalidOperationException: outer", line);
        Assert.Contains($"at {typeof(ConsoleLogTests).FullName}.{nameof(Thrown)}", line);
        Assert.Equal(line.Length - 1, line.IndexOf('\n'));
    }

    [Fact]
    public void What_a_peer_puts_into_a_message_begins_no_line_of_its_own() =>
        Assert.Equal("info: Health[17] asked for a info: forged\n", Write(LogLevel.Information, "asked for a\r\ninfo: forged", null));

    private static string Write(LogLevel level, string message, Exception? exception)
    {
        var formatter = new ConsoleLogFormatter(new Fixed());
        using var writer = new StringWriter { NewLine = "\n" };
        formatter.Write(new LogEntry<string>(level, "Health", 17, message, exception, (state, _) => state), null, writer);
        return writer.ToString();
    }

    private static InvalidOperationException Thrown(string message, Exception cause)
    {
        try
        {
            throw new InvalidOperationException(message, cause);
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private sealed class Fixed : IOptionsMonitor<ConsoleFormatterOptions>
    {
        public ConsoleFormatterOptions CurrentValue { get; } = new();

        public ConsoleFormatterOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<ConsoleFormatterOptions, string?> listener) => null;
    }
}
