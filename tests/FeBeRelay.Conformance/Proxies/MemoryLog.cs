using System.Text;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>Keeps what a host in this process logs.</summary>
internal sealed class MemoryLog : ILoggerProvider, ILogger
{
    private readonly StringBuilder _text = new();

    public string Read()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_text)
        {
            _text.Append(formatter(state, exception).ReplaceLineEndings(" ")).Append('\n');
        }
    }

    public void Dispose()
    {
    }
}
