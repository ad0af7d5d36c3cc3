using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Channel.Hosting;

/// <summary>
/// Dials one node: associations, idle channels, new keys. A stream is a connection to a service there, with a channel to itself while it lasts. Make one for each node and keep it;
/// it is for <see cref="FeBeChannelHandlerExtensions.UseFeBeChannel"/> or for whatever takes a <see cref="Stream"/>. Thread-safe.
/// </summary>
public sealed class ChannelClient : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly NodeIdentity _identity;
    private readonly AssociationTable _associations;
    private readonly ChannelPool _pool;
    private readonly ITimer _sweep;

    /// <param name="options">Whom to dial, and as whom.</param>
    /// <param name="loggers">Where it logs; nowhere if null.</param>
    /// <param name="time">The clock; the system's if null.</param>
    /// <exception cref="IdentityException">Certificate, key or roots are not usable; the message names the file and the fix.</exception>
    public ChannelClient(ChannelClientOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        PeerNode peer = options.Peer ?? throw new InvalidOperationException("no peer: set Peer to the node's address and the name in its certificate");
        loggers ??= NullLoggerFactory.Instance;
        time ??= TimeProvider.System;
        _identity = options.CreateIdentity(PeerRole.Initiator, time);
        _associations = new AssociationTable(loggers.CreateLogger<AssociationTable>());
        _pool = new ChannelPool(new ChannelConnector(peer, _identity, _associations, time), loggers.CreateLogger<ChannelPool>());
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Channels that wait for their next stream.</summary>
    public int IdleChannels => _pool.IdleCount;

    /// <summary>A connection to a service. Disposing it before both sides have ended cuts it; <see cref="SecureChannelStream.EndWritesAsync"/> ends this side.</summary>
    /// <param name="service">1 to 63 characters of a-z 0-9 . -</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NegotiationException">The node is out of reach, or is not the one meant, or does not take this one; the message says which.</exception>
    public Task<SecureChannelStream> OpenStreamAsync(string service, CancellationToken cancellation = default) => _pool.OpenStreamAsync(service, cancellation);

    /// <summary>Closes idle channels authentically, and cuts the streams that are open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _pool.DisposeAsync().ConfigureAwait(false);
        _associations.EndAll();
        _associations.Dispose();
        _identity.Certificate.Dispose();
    }

    private void Sweep()
    {
        _associations.Sweep();
        _pool.CloseUnused(AssociationTable.LongestUnused);
    }
}
