using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Rekeying;

/// <summary>The responder answers M1, and asks where it wants what the initiator should have started.</summary>
/// <param name="channel">The channel.</param>
/// <param name="associations">Those that this node issued.</param>
/// <param name="demandForwardSecrecy">Whether policy demanded it when the channel was made.</param>
/// <param name="logger">The log.</param>
internal sealed class ResponderRekeying(SecureChannel channel, AssociationTable associations, bool demandForwardSecrecy, ILogger logger)
    : ChannelRekeying(channel, logger)
{
    // The initiator acts at 1.1 times the agreed age at the latest.
    private const double AskAt = 1.2;

    private ResponderExchange Exchange => (ResponderExchange)Channel.Core.Exchange;

    /// <inheritdoc/>
    protected override void WantKeys() => Run(() => AskAsync(AskKind.Keys));

    /// <inheritdoc/>
    protected override bool TryStart()
    {
        if (!Channel.MaySpeak || Exchange.HasAsked)
        {
            return Exchange.HasAsked;
        }
        bool old = Age >= TimeSpan.FromSeconds(Channel.Association.Lifetimes.KeySeconds) * AskAt && !AreBothParked(Channel.Core) && !IsControlScarce;
        AskKind? kind = Channel.Association.IsAtItsEnd ? AskKind.Association : HasWaiting || old ? AskKind.Keys : null;
        if (kind is { } wanted)
        {
            Run(() => AskAsync(wanted));
        }
        return kind is not null;
    }

    /// <inheritdoc/>
    protected override Task TakeAsync(RecordType type, byte[] body) => type == RecordType.Switch ? SwitchAsync() : AnswerAsync(body);

    private async Task AnswerAsync(byte[] body)
    {
        byte[] id = Exchange.Read(body);
        ErrorCode? refusal = null;
        if (associations.FindIssued(id) is { } association && association.TryHold())
        {
            Aim(association);
            refusal = Exchange.Answer(association.ForExchange, demandForwardSecrecy, NodeEntropy.Instance);
            association.CountQuickMode();
        }
        else
        {
            Exchange.AnswerUnknown();
        }
        await Channel.SendControlAsync(static (sender, destination, now) => sender.Answer(destination, now)).ConfigureAwait(false);
        if (refusal == ErrorCode.NotAuthorised)
        {
            string why = $"new keys were asked for under association {Target?.Id}, which is with {Target?.Peer.Name}";
            await EndChannelAsync(ErrorCode.NotAuthorised, new ProtocolException(ProtocolError.IdentityRefused, why)).ConfigureAwait(false);
        }
    }

    /// <summary>Sends the own switch, unless a record that was just being sent has taken it along.</summary>
    private async Task SwitchAsync()
    {
        await Channel.SendControlAsync(static (sender, destination, now) => sender.Switch(destination, now)).ConfigureAwait(false);
        Complete();
    }

    private async Task AskAsync(AskKind kind)
    {
        if (Channel.MaySpeak)
        {
            await Channel.SendControlAsync((sender, destination, now) => sender.Ask(destination, kind, now)).ConfigureAwait(false);
        }
    }
}
