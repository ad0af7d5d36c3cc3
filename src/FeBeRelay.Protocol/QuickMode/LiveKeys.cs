using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Records;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>
/// New keys of a live channel, and proof that the peer has them too: binder 2 verified at the initiator, binder 3 at the responder. The only
/// thing that a direction switches to (clause 6.3). Its only factories are the verifications.
/// </summary>
internal sealed class LiveKeys
{
    private readonly ChannelSecrets _secrets;
    private readonly KeyLimits _limits;

    private LiveKeys(ChannelSecrets secrets, KeyLimits limits)
    {
        _secrets = secrets;
        _limits = limits;
    }

    /// <summary>The initiator's: M2 was verified.</summary>
    /// <exception cref="ProtocolException">M2 is not the responder's.</exception>
    public static (LiveKeys Keys, ChannelSecrets Secrets, byte[] Binder3) OfResponse(QuickModeOffer offer, ReadOnlySpan<byte> body, KeyLimits limits)
    {
        (ChannelSecrets secrets, byte[] binder3) = offer.TakeResponse(body);
        return (new LiveKeys(secrets, limits), secrets, binder3);
    }

    /// <summary>The responder's: the initiator's switch was verified. Binder 3 is zeroed.</summary>
    /// <exception cref="ProtocolException">Binder 3 is wrong.</exception>
    public static LiveKeys OfSwitch(ChannelSecrets secrets, Secret expected, ReadOnlySpan<byte> binder3, KeyLimits limits)
    {
        using (expected)
        {
            return CryptographicOperations.FixedTimeEquals(expected.Span, binder3)
                ? new LiveKeys(secrets, limits)
                : throw new ProtocolException(ProtocolError.BadMac, "binder of the switch is wrong");
        }
    }

    /// <summary>Moves what that role sends to its new key; the switch that says so was just sealed.</summary>
    public void Switch(Role role, RecordSealer sealer) => sealer.Switch(_secrets.Suite, _secrets.Traffic(role), _secrets.Spi(role), _limits);

    /// <summary>Moves what that role sends to its new key, at the end that receives it; the switch has just opened.</summary>
    public void Switch(Role role, RecordOpener opener) => opener.Switch(_secrets.Suite, _secrets.Traffic(role), _secrets.Spi(role), _limits);
}
