using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Audit;

/// <summary>What the audit log says to the operator. Ids 2300 to 2349, append only; next free id: 2305. And 2750.</summary>
internal static partial class AuditMessages
{
    [LoggerMessage(2300, LogLevel.Error, "The audit log {Path} cannot be written: {Detail}. New channels and streams are refused until it can; make room or mend the file (audit:onFailure is stop)")]
    public static partial void CannotWriteStops(ILogger logger, string path, string detail);

    [LoggerMessage(2301, LogLevel.Error, "The audit log {Path} cannot be written: {Detail}. Traffic goes on, events beyond {Limit} are lost; make room or mend the file (audit:onFailure is continue)")]
    public static partial void CannotWriteContinues(ILogger logger, string path, string detail, int limit);

    [LoggerMessage(2302, LogLevel.Warning, "The audit log {Path} can be written again; {Lost} events were lost")]
    public static partial void CanWriteAgain(ILogger logger, string path, long lost);

    [LoggerMessage(2303, LogLevel.Warning, "Audit events do not reach syslog at {Socket}: {Detail}; the audit log itself has them")]
    public static partial void SyslogFailed(ILogger logger, string socket, string detail);

    [LoggerMessage(2304, LogLevel.Warning, "The audit log {Path} ended in {Bytes} bytes of a line that a crash had cut; they stand in event 9102")]
    public static partial void TornLine(ILogger logger, string path, int bytes);

    [LoggerMessage(2750, LogLevel.Error, "The audit log {Path} ended in {Bytes} bytes that are no lines of it: it was damaged or changed. They are kept in {Kept}, and event 9102 tells of them; the chain goes on from the last whole line before")]
    public static partial void DamagedLines(ILogger logger, string path, int bytes, string kept);
}
