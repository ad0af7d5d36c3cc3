using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Audit;

/// <summary>
/// Sends lines to the host's own log, syslog or journald, in the form that both take on their datagram socket (RFC 3164 without host). The copy is
/// a head kept elsewhere: each line ends in its hash. A log that does not take them costs one warning and no line of the file.
/// </summary>
internal sealed class SyslogSink(string path, TimeProvider time, ILogger logger) : IDisposable
{
    // Facility 10 is "security/authorization messages" (authpriv).
    private const int Facility = 10 << 3;
    private const int Warning = 4;
    private const int Notice = 5;
    private const int SendMilliseconds = 1_000;

    private Socket? _socket;
    private bool _failed;

    /// <summary>Sends one line.</summary>
    public void Send(ReadOnlySpan<byte> line, AuditOutcome outcome)
    {
        try
        {
            _socket ??= Connect();
            _socket.Send([.. Encoding.ASCII.GetBytes(Header(outcome)), .. line]);
            _failed = false;
        }
        catch (SocketException e)
        {
            Dispose();
            if (!_failed)
            {
                AuditMessages.SyslogFailed(logger, path, e.Message);
            }
            _failed = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private string Header(AuditOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"<{Facility + (outcome == AuditOutcome.Success ? Notice : Warning)}>{time.GetLocalNow():MMM} {time.GetLocalNow().Day,2} {time.GetLocalNow():HH:mm:ss} feberelay[{Environment.ProcessId}]: ");

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
