using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace FeBeRelay.Cli;

/// <summary>
/// One entry, one line, as the framework's <c>simple</c> formatter writes it. What a peer or a back end did comes as a warning, and of its exception only
/// the messages are written: a back end that is away fails its health check every few seconds, each time with 15 kB of stack. From <c>error</c> on the
/// stack is there: that is for us.
/// </summary>
internal sealed class ConsoleLogFormatter(IOptionsMonitor<ConsoleFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (options.CurrentValue is { TimestampFormat: { } format } current)
        {
            DateTimeOffset now = current.UseUtcTimestamp ? DateTimeOffset.UtcNow : DateTimeOffset.Now;
            textWriter.Write(now.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
        }
        textWriter.Write(NameOf(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(logEntry.Category);
        textWriter.Write('[');
        textWriter.Write(logEntry.EventId.Id);
        textWriter.Write("] ");
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } exception)
        {
            message += logEntry.LogLevel >= LogLevel.Error ? $" {exception}" : $" ({MessagesOf(exception)})";
        }
        textWriter.WriteLine(message.ReplaceLineEndings(" "));
    }

    /// <summary>From the outermost to the cause, without those that only repeat what the one before said.</summary>
    private static string MessagesOf(Exception exception)
    {
        var messages = new List<string>();
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            string message = e.Message.TrimEnd('.');
            if (messages.Count == 0 || !messages[^1].Contains(message, StringComparison.Ordinal))
            {
                messages.Add(message);
            }
        }
        return string.Join(": ", messages);
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
