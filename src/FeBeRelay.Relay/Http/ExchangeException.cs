using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http;

/// <summary>An exchange has failed in a way that can be told.</summary>
/// <param name="error">What and on whose side, in YARP's terms: passive health checks read it.</param>
/// <param name="status">The status for the client, if it has none yet: 400, 502, 503 or 504.</param>
/// <param name="step">The step that failed, for a person: nothing internal.</param>
/// <param name="detail">What the log is told.</param>
/// <param name="inner">The cause.</param>
internal sealed class ExchangeException(ForwarderError error, int status, string step, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public ForwarderError Error => error;

    public int Status => status;

    public string Step => step;
}
