using FeBeRelay.Channel;
using FeBeRelay.Protocol;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Relay.Http;

/// <summary>What the audit log is told of one stream of an http endpoint: its begin, and once its end with what it carried.</summary>
internal sealed class StreamAudit
{
    private readonly AuditLog _audit;
    private readonly SecureChannel _channel;
    private readonly string _service;
    private readonly string? _endpoint;
    private ProtocolException? _failure;
    private long _bytesOut;
    private long _bytesIn;
    private int _isOver;

    /// <param name="audit">The log.</param>
    /// <param name="channel">The channel; the stream is open.</param>
    /// <param name="service">The service asked for.</param>
    /// <param name="endpoint">The endpoint whose request opened the stream; those of others may follow on it.</param>
    public StreamAudit(AuditLog audit, SecureChannel channel, string service, string? endpoint)
    {
        (_audit, _channel, _service, _endpoint) = (audit, channel, service, endpoint);
        audit.ServiceUsed(channel, service, endpoint);
    }

    public void Sent(int count) => _bytesOut += count;

    public void Received(int count) => _bytesIn += count;

    /// <summary>What has ended it. The first counts, the others are its echo.</summary>
    public void Failed(ProtocolException failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    /// <summary>The stream is over; told once.</summary>
    /// <param name="reason">Why, if nothing has failed.</param>
    public void End(string reason)
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            return;
        }
        if (_failure is { Error: ProtocolError.RefusedByPeer, Code: { } code and not ErrorCode.Reset } refusal)
        {
            _audit.ServiceRefused(_channel, _service, _endpoint, FailurePoint.Peer, code, refusal.Message);
        }
        _audit.ServiceEnded(_channel, _service, _endpoint, _bytesOut, _bytesIn, _failure?.Message ?? reason);
        _audit.ChannelViolated(_channel, _failure?.Error, _failure?.Message ?? "");
    }
}
