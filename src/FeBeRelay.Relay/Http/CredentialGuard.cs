using System.Net;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Policies.Outbound;

namespace FeBeRelay.Relay.Http;

/// <summary>Keeps credentials and content off clear ways, as far as the configuration has it.</summary>
/// <param name="mode">How far.</param>
/// <param name="audit">The audit log.</param>
/// <param name="logger">The log.</param>
internal sealed class CredentialGuard(GuardMode mode, AuditLog audit, ILogger logger)
{
    /// <summary>Whether the request waits until it is settled whether the peer can be reached protected.</summary>
    public bool Concerns(BackEndWish wish) => mode != GuardMode.Off && wish.Secret is not null;

    /// <summary>The request would go clear.</summary>
    /// <exception cref="ExchangeException">It does not.</exception>
    public void Check(OutboundPath path, BackEndWish wish)
    {
        if (wish.MustBeProtected)
        {
            throw Refuse(path, wish, "its client is logged on to a protected connection", "keeping the logon on protected connections, of which there is none");
        }
        if (mode == GuardMode.Refuse && wish.Secret is { } secret)
        {
            throw Refuse(path, wish, $"it carries {secret}", $"guarding the request: it carries {secret}, and its way to the node would be clear");
        }
    }

    /// <summary>The request goes clear now.</summary>
    public void Tell(OutboundPath path, BackEndWish wish, EndPoint? local, EndPoint? remote)
    {
        if (mode == GuardMode.Warn && wish.Secret is { } secret)
        {
            HttpPolicyLog.SentUnguarded(logger, path.Endpoint, wish.Exchange, secret, path.Target.Peer.Name, path.Rule.Name);
            audit.RequestSentClear(path.Endpoint, path.Target.Peer.Name, path.Rule, local, remote, $"it carries {secret}");
        }
    }

    private ExchangeException Refuse(OutboundPath path, BackEndWish wish, string reason, string step)
    {
        HttpPolicyLog.Guarded(logger, path.Endpoint, wish.Exchange, path.Target.Peer.Name, path.Rule.Name, reason);
        audit.RequestGuarded(path.Endpoint, path.Target.Peer.Name, path.Rule, wish.Local, path.Target.ClearTo, reason);
        return Failure.OfGuard(step);
    }
}
