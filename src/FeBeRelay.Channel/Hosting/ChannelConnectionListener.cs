using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Hosting;

/// <summary>A node port whose services are this application: each stream is a connection.</summary>
internal sealed class ChannelConnectionListener : IConnectionListener
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    private readonly NodeIdentity _identity;
    private readonly ServicePeers _services;
    private readonly AssociationTable _associations;
    private readonly ChannelListener _listener;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private readonly ConcurrentDictionary<SecureChannel, Task> _channels = new();
    private readonly Channel<ConnectionContext> _accepted = System.Threading.Channels.Channel.CreateUnbounded<ConnectionContext>();

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    /// <exception cref="IdentityException">Certificate, key or roots are not usable; the message names the file and the fix.</exception>
    public ChannelConnectionListener(ChannelServerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _time = time;
        _identity = options.CreateIdentity(PeerRole.Responder, time);
        _services = new ServicePeers(options.Services.AsReadOnly(), _identity);
        _associations = new AssociationTable(loggers.CreateLogger<AssociationTable>());
        var cap = new ConnectionCap(DescriptorLimit.Connections(DescriptorLimit.Current), time, loggers.CreateLogger<ConnectionCap>());
        _listener = new ChannelListener(_identity, _services, _associations, ServeAsync, cap, time, loggers.CreateLogger<ChannelListener>());
        _listener.Listen(options.Listen);
        EndPoint = new ChannelEndPoint(_listener.EndPoints[0]);
        _sweep = time.CreateTimer(_ => _associations.Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _accepted.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

    /// <summary>Stops accepting, and asks for channels to be closed when their stream has ended.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _listener.StopAcceptingAsync(cancellationToken).ConfigureAwait(false);
        _accepted.Writer.TryComplete();
        await Task.WhenAll(_channels.Keys.Select(AskToCloseAsync)).ConfigureAwait(false);
    }

    /// <summary>Ends what is left. Kestrel has closed its connections; peers get a moment to take what was sent last and to close their channels.</summary>
    public async ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await InTimeAsync(_channels.Values).ConfigureAwait(false);
        await InTimeAsync(_channels.Keys.Select(channel => channel.AbortAsync(ErrorCode.Reset).AsTask())).ConfigureAwait(false);
        foreach (SecureChannel channel in _channels.Keys)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
        await _listener.DisposeAsync().ConfigureAwait(false);
        _associations.EndAll();
        _associations.Dispose();
        _identity.Certificate.Dispose();
    }

    private async Task InTimeAsync(IEnumerable<Task> tasks) => await Task.WhenAny(Task.WhenAll(tasks), Task.Delay(LastMoment, _time)).ConfigureAwait(false);

    private async Task ServeAsync(SecureChannel channel)
    {
        var ended = new TaskCompletionSource();
        _channels[channel] = ended.Task;
        try
        {
            await ServeStreamsAsync(channel).ConfigureAwait(false);
        }
        catch (ProtocolException)
        {
            // The association's log has what it was; the peer learns as little as from a node.
            await channel.AbortAsync(ErrorCode.Internal).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer is gone, or this side is ending.
        }
        finally
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            _channels.TryRemove(channel, out _);
            ended.SetResult();
        }
    }

    private async Task ServeStreamsAsync(SecureChannel channel)
    {
        while (true)
        {
            ReceivedRecord record;
            while (!channel.TryRead(out record))
            {
                await channel.WaitReadableAsync().ConfigureAwait(false);
                await channel.FillAsync().ConfigureAwait(false);
            }
            if (record.Type == RecordType.Close)
            {
                await channel.AnswerCloseAsync().ConfigureAwait(false);
                return;
            }
            if (record.Type != RecordType.Open || !await ServeStreamAsync(channel, record.Open!).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async Task<bool> ServeStreamAsync(SecureChannel channel, StreamOpen open)
    {
        PeerIdentity peer = channel.Association.Peer;
        if (_services.Refuse(open.Service, peer) is { } refusal)
        {
            await channel.AbortAsync(refusal).ConfigureAwait(false);
            return false;
        }
        var connection = ChannelConnection.Start(channel, new ChannelPeer(peer, open.Service, open.Source), _time);
        if (!_accepted.Writer.TryWrite(connection))
        {
            connection.Abort(new ConnectionAbortedException("the server is stopping"));
        }
        return await connection.Ended.ConfigureAwait(false);
    }

    private static async Task AskToCloseAsync(SecureChannel channel)
    {
        try
        {
            await channel.AskToCloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It is ending already.
        }
    }
}
