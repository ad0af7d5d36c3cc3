using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Rekeying;

/// <summary>
/// The initiator starts every exchange: when a sender wants to be un-parked, when the responder asks, when the keys are old, and when the association
/// nears its end or has a successor, to move there (make before break).
/// </summary>
/// <param name="channel">The channel.</param>
/// <param name="connector">Has the association to use, or makes one on another connection.</param>
/// <param name="logger">The log.</param>
internal sealed class InitiatorRekeying(SecureChannel channel, ChannelConnector connector, ILogger logger) : ChannelRekeying(channel, logger)
{
    private const int MostAttempts = 3;

    // The shortest life of a key (2.2). No channel moves more often, however fast associations follow one another: control records are rationed (4.7).
    private static readonly TimeSpan ShortestStay = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private int _running;
    private long _notBefore;
    private int _attempts;

    // Up to a tenth more or less, so that a node's channels do not all start at once.
    protected override double Spread { get; } = 0.9 + 0.2 * Random.Shared.NextDouble();

    internal override bool IsUnderWay => Volatile.Read(ref _running) != 0 || base.IsUnderWay;

    private InitiatorExchange Exchange => (InitiatorExchange)Channel.Core.Exchange;

    /// <inheritdoc/>
    public override void Asked()
    {
        if (Exchange.Wanted is not null)
        {
            WantKeys();
        }
    }

    /// <inheritdoc/>
    protected override void WantKeys()
    {
        if (Interlocked.CompareExchange(ref _running, 1, 0) == 0)
        {
            _attempts = 0;
            Run(StartAsync);
        }
    }

    /// <inheritdoc/>
    protected override bool TryStart()
    {
        if (Channel.Now < TimeSpan.FromTicks(Volatile.Read(ref _notBefore)))
        {
            return false;
        }
        bool old = Age >= TimeSpan.FromSeconds(Channel.Association.Lifetimes.KeySeconds) * Spread && !AreBothParked(Channel.Core);
        bool moves = Channel.Association.IsNearItsEnd || (Age >= ShortestStay && connector.HasSuccessor(Channel.Association));
        bool due = HasWaiting || Exchange.Wanted is not null || ((old || moves) && !IsControlScarce);
        if (due)
        {
            WantKeys();
        }
        return due;
    }

    /// <inheritdoc/>
    protected override async Task TakeAsync(RecordType type, byte[] body)
    {
        if (type == RecordType.Switch)
        {
            Complete();
            Finish();
            return;
        }
        switch (Exchange.Take(type, body))
        {
            case ExchangeAnswer.Accepted:
                await Channel.SendControlAsync(static (sender, destination, now) => sender.Switch(destination, now)).ConfigureAwait(false);
                break;
            case ExchangeAnswer.Unknown:
                Association unknown = Target!;
                Aim(null);
                connector.Forget(unknown, "unknown to the peer");
                await StartAsync().ConfigureAwait(false);
                break;
            default:
                await NoKeysAsync($"the peer refused new keys: {Exchange.RefusedWith?.Name()}", null).ConfigureAwait(false);
                break;
        }
    }

    private async Task StartAsync()
    {
        try
        {
            if (++_attempts > MostAttempts)
            {
                await NoKeysAsync("the peer knows none of the associations offered", null).ConfigureAwait(false);
                return;
            }
            if (Exchange.Wanted == AskKind.Association)
            {
                // The present one will not do: the responder's certificate is another, say.
                Channel.Association.MakeDue();
            }
            Association target = await connector.AssociationForExchangeAsync(CancellationToken.None).ConfigureAwait(false);
            Aim(target);
            Exchange.Start(target.ForExchange, connector.Peer.Security.ForwardSecrecy, NodeEntropy.Instance);
            await Channel.SendControlAsync(static (sender, destination, now) => sender.Request(destination, now)).ConfigureAwait(false);
        }
        catch (NegotiationException e)
        {
            await NoKeysAsync(e.Message, e).ConfigureAwait(false);
        }
    }

    /// <summary>The keys stay. A stream that cannot go on without new ones is cut; else it is tried again later.</summary>
    private async Task NoKeysAsync(string why, Exception? cause)
    {
        Aim(null);
        Volatile.Write(ref _notBefore, (Channel.Now + RetryAfter).Ticks);
        Volatile.Write(ref _running, 0);
        if (HasWaiting)
        {
            var reason = new ProtocolException(ProtocolError.RefusedByPeer, $"the channel cannot be un-parked: {cause?.Message ?? why}", ErrorCode.NegotiationFailed);
            await EndChannelAsync(ErrorCode.NegotiationFailed, reason).ConfigureAwait(false);
            return;
        }
        ChannelLog.KeysKept(Logger, Channel.Id, Channel.Association.Peer.Name, why);
    }

    private void Finish()
    {
        Volatile.Write(ref _running, 0);
        if (HasWaiting || Exchange.Wanted is not null)
        {
            // It came while the exchange was being finished.
            WantKeys();
        }
    }
}
