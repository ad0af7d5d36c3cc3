using System.Diagnostics.Tracing;
using System.Globalization;

namespace FeBeRelay.Relay.Telemetry;

/// <summary>
/// Warns when nothing can be sent to the collector. The exporter tells nobody but its event source; of what that says in a minute one line is logged.
/// Thread-safe.
/// </summary>
internal sealed class ExportWatch : EventListener
{
    private const string ExporterSource = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly string _endpoint;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private long? _last;
    private long _held;

    public ExportWatch(string endpoint, TimeProvider time, ILogger logger)
    {
        _endpoint = endpoint;
        _logger = logger;
        _time = time;
        // Sources that were there before are told to a listener while it is being made, when it does not know its log yet.
        foreach (EventSource source in EventSource.GetSources())
        {
            Watch(source);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        base.OnEventSourceCreated(eventSource);
        if (_time is not null)
        {
            Watch(eventSource);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (MayTell(out long held))
        {
            object?[] said = [.. eventData.Payload ?? []];
            string what = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? eventData.EventName ?? "", said);
            TelemetryLog.NotSent(_logger, _endpoint, what.Split('\n', 2)[0].TrimEnd(), held);
        }
    }

    private bool MayTell(out long held)
    {
        lock (_lock)
        {
            if (_last is { } last && _time.GetElapsedTime(last) < Between)
            {
                held = ++_held;
                return false;
            }
            (held, _held, _last) = (_held, 0, _time.GetTimestamp());
            return true;
        }
    }

    private void Watch(EventSource source)
    {
        if (source.Name == ExporterSource)
        {
            EnableEvents(source, EventLevel.Warning);
        }
    }
}
