using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;

namespace FeBeRelay.Relay.Management;

/// <summary>What an operator may do to an association.</summary>
/// <param name="associations">The node's.</param>
/// <param name="pools">Gives its pools of idle channels.</param>
/// <param name="time">The clock.</param>
internal sealed class AssociationActions(AssociationTable associations, Func<IEnumerable<ChannelPool>> pools, TimeProvider time)
{
    private static readonly TimeSpan CloseDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Forgets it and ends its channels: idle ones are closed in order, those that carry a stream are cut, and what the peer does not close in time. Gives
    /// the number of channels. The next stream makes a new association.
    /// </summary>
    public async Task<int> DeleteAsync(Association association, string reason)
    {
        associations.Retire(association, reason);
        IReadOnlyList<SecureChannel> channels = association.Channels;
        await Task.WhenAll([.. pools().Select(pool => pool.CloseIdleAsync(association)), .. channels.Where(channel => channel.IsIdle).Select(AskToCloseAsync)]).ConfigureAwait(false);
        long since = time.GetTimestamp();
        while (association.Channels.Any(channel => channel.IsIdle) && time.GetElapsedTime(since) < CloseDeadline)
        {
            await Task.Delay(Look, time).ConfigureAwait(false);
        }
        await Task.WhenAll(association.Channels.Select(channel => channel.AbortAsync(ErrorCode.Reset).AsTask())).ConfigureAwait(false);
        associations.Retire(association, reason);
        return channels.Count;
    }

    /// <summary>Starts in-band quick mode in each of its channels; gives their number. Those under way are not waited for.</summary>
    public static int Rekey(Association association)
    {
        IReadOnlyList<SecureChannel> channels = association.Channels;
        foreach (SecureChannel channel in channels)
        {
            channel.Rekey();
        }
        return channels.Count;
    }

    /// <summary>At the responder the other end must close: it is asked to.</summary>
    private static async Task AskToCloseAsync(SecureChannel channel)
    {
        try
        {
            if (channel.Role == Role.Responder)
            {
                await channel.AskToCloseAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It is ending already.
        }
    }
}
