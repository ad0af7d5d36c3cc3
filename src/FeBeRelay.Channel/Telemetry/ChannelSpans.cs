using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;

namespace FeBeRelay.Channel.Telemetry;

/// <summary>
/// Spans of main modes and quick modes (docs/metrics.md), each told when it is over: while it runs there is nothing, and without a listener nothing at all.
/// A span's parent is whatever waited for the channel. Thread-safe.
/// </summary>
public static class ChannelSpans
{
    /// <summary>The name of the source: public, as names of metrics are.</summary>
    public const string SourceName = "FeBeRelay.Channel";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Tells of a main mode or quick mode that is over.</summary>
    /// <param name="step">Which of them.</param>
    /// <param name="role">This node's role.</param>
    /// <param name="took">How long it took.</param>
    /// <param name="other">The other node's address.</param>
    /// <param name="association">The association that it made, or ran under.</param>
    /// <param name="failure">Why it failed, or null.</param>
    internal static void Tell(NegotiationStep step, Role role, TimeSpan took, EndPoint other, Association? association, Exception? failure)
    {
        using Activity? span = Begin(step == NegotiationStep.MainMode ? "main mode" : "quick mode", role, took);
        if (step == NegotiationStep.QuickMode)
        {
            span?.SetTag("feberelay.quick_mode.kind", "channel");
        }
        span?.Fill(role, other, association, failure);
    }

    /// <summary>Tells of new keys of a live channel. Nobody waited for them: the span is a trace of its own.</summary>
    internal static void Rekey(SecureChannel channel, TimeSpan took, Exception? failure)
    {
        if (!Source.HasListeners())
        {
            return;
        }
        Activity? around = Activity.Current;
        Activity.Current = null;
        using (Activity? span = Begin("quick mode", channel.Role, took))
        {
            span?.SetTag("feberelay.quick_mode.kind", "rekey").SetTag("feberelay.channel.id", channel.Id).Fill(channel.Role, channel.RemoteEndPoint, channel.Association, failure);
        }
        Activity.Current = around;
    }

    /// <summary>What kind of failure it was, in few words that do not depend on who failed.</summary>
    public static string ErrorType(Exception failure) => failure switch
    {
        ProtocolException protocol => protocol.Error.ToString(),
        SocketException socket => socket.SocketErrorCode.ToString(),
        { InnerException: ProtocolException or SocketException } => ErrorType(failure.InnerException),
        _ => failure.GetType().Name,
    };

    private static Activity? Begin(string name, Role role, TimeSpan took)
    {
        Activity? span = Source.StartActivity(name, role == Role.Initiator ? ActivityKind.Client : ActivityKind.Server);
        return span?.SetStartTime(span.StartTimeUtc - took).SetTag("feberelay.role", role == Role.Initiator ? "initiator" : "responder");
    }

    private static void Fill(this Activity span, Role role, EndPoint other, Association? association, Exception? failure)
    {
        (string address, int port) = other switch
        {
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            DnsEndPoint name => (name.Host, name.Port),
            _ => (other.ToString() ?? "", 0),
        };
        string side = role == Role.Initiator ? "server" : "client";
        span.SetTag($"{side}.address", address).SetTag($"{side}.port", port);
        if (association is not null)
        {
            span.SetTag("feberelay.association.id", association.Id).SetTag("feberelay.peer", association.Peer.Name).SetTag("feberelay.suite", association.Suite.Name);
        }
        if (failure is not null)
        {
            span.SetTag("error.type", ErrorType(failure)).SetStatus(ActivityStatusCode.Error, failure.Message);
        }
    }
}
