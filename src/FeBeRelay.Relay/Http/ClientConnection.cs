using System.IO.Pipelines;
using System.Net.Sockets;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// A client's connection as Kestrel accepted it. Kestrel takes a client's half-close for its going away and aborts what runs; here only a reset does,
/// and a half-close is told to the exchange that runs. Keeps the back-end connections that a logon has bound to this client.
/// </summary>
internal sealed class ClientConnection : IDisposable
{
    private readonly ConnectionContext _context;
    private readonly CancellationTokenSource _reset = new();
    private readonly Lock _lock = new();
    private List<PinnedConnection>? _pinned;
    private HashSet<string>? _protectedLogons;
    private Exchange? _current;
    private bool _isOver;
    private volatile bool _hasHalfClosed;

    private ClientConnection(ConnectionContext context, string endpoint)
    {
        _context = context;
        Endpoint = endpoint;
    }

    /// <summary>The name of the http endpoint that accepted it.</summary>
    public string Endpoint { get; }

    /// <summary>Whether the client has ended its bytes.</summary>
    public bool IsHalfClosed { get; private set; }

    /// <summary>Whether it was cut from this side: what Kestrel may still have of it is no request.</summary>
    public bool IsCut { get; private set; }

    private Socket? Socket => _context.Features.Get<IConnectionSocketFeature>()?.Socket;

    /// <summary>Serves a connection, if the node may have one more, with this in its features and without Kestrel's own idea of its end.</summary>
    public static async Task ServeAsync(ConnectionContext context, string endpoint, ConnectionCap cap, ConnectionDelegate next)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is not { Socket: { } socket })
        {
            await ServeAsync(context, endpoint, next).ConfigureAwait(false);
            return;
        }
        if (!cap.TryEnter(socket))
        {
            SocketTuning.Reset(socket);
            context.Abort();
            return;
        }
        try
        {
            await ServeAsync(context, endpoint, next).ConfigureAwait(false);
        }
        finally
        {
            cap.Leave();
        }
    }

    private static async Task ServeAsync(ConnectionContext context, string endpoint, ConnectionDelegate next)
    {
        using var client = new ClientConnection(context, endpoint);
        CancellationToken ended = context.ConnectionClosed;
        context.Features.Set(client);
        context.ConnectionClosed = client._reset.Token;
        context.Transport = new ClientTransport(new ClientInput(context.Transport.Input), context.Transport.Output);
        using (ended.UnsafeRegister(static self => ((ClientConnection)self!).OnEnded(), client))
        {
            try
            {
                await next(context).ConfigureAwait(false);
            }
            finally
            {
                client.Release();
            }
        }
    }

    /// <summary>Names the exchange that is told of the client's end; null behind it.</summary>
    public void Follow(Exchange? exchange)
    {
        lock (_lock)
        {
            _current = exchange;
        }
    }

    /// <summary>Cuts the connection so that the client sees a reset, whatever it has received: never a body that looks complete.</summary>
    public void Reset()
    {
        IsCut = true;
        if (Socket is { } socket)
        {
            SocketTuning.Reset(socket);
        }
        // Kestrel would read what is left of a broken body as the next request, and have it served.
        _context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        _context.Abort();
    }

    /// <summary>Ends this side's bytes while the client's go on; false where the transport cannot (TLS).</summary>
    public bool TryHalfClose()
    {
        if (Socket is not { } socket || _context.Features.Get<ITlsConnectionFeature>() is not null)
        {
            return false;
        }
        _hasHalfClosed = true;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The back-end connection bound to this client at a destination of a cluster, or null.</summary>
    public PinnedConnection? PinnedFor(string cluster)
    {
        lock (_lock)
        {
            return _pinned?.Find(p => p.Cluster == cluster);
        }
    }

    /// <summary>Binds a back-end connection to this client until either ends; false when this one has.</summary>
    public bool TryPin(PinnedConnection pinned)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                (_pinned ??= []).Add(pinned);
                if (pinned.Connection.IsProtected)
                {
                    (_protectedLogons ??= []).Add(pinned.Cluster);
                }
            }
            return !_isOver;
        }
    }

    /// <summary>Whether the client's logon at a cluster was ever bound to a protected connection: what follows it never goes clear.</summary>
    public bool HasProtectedLogon(string cluster)
    {
        lock (_lock)
        {
            return _protectedLogons?.Contains(cluster) == true;
        }
    }

    /// <summary>The client is not bound to that back-end connection any more.</summary>
    public void Unpin(BackEndConnection connection)
    {
        lock (_lock)
        {
            _pinned?.RemoveAll(p => p.Connection == connection);
        }
    }

    /// <summary>A bound back-end connection is over, and with it the logon: the client's connection ends in order, so that it logs on anew on the next.</summary>
    public void LosePinned(BackEndConnection connection)
    {
        Unpin(connection);
        _context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    /// <inheritdoc/>
    public void Dispose() => _reset.Dispose();

    private void OnEnded()
    {
        Exchange? current;
        // Behind this side's own end the socket takes nothing in either case: there who reads the client's bytes meets what it was.
        bool isReset = IsReset() && !_hasHalfClosed;
        lock (_lock)
        {
            IsHalfClosed = true;
            current = _current;
        }
        if (isReset)
        {
            current?.OnClientReset();
            _ = _reset.CancelAsync();
        }
        else
        {
            current?.OnClientHalfClosed();
        }
    }

    /// <summary>An end of bytes and a reset look alike in Kestrel; the socket still knows, and takes nothing to send after a reset.</summary>
    private bool IsReset()
    {
        try
        {
            Socket?.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None);
            return Socket is null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    private void Release()
    {
        List<PinnedConnection>? pinned;
        lock (_lock)
        {
            _isOver = true;
            (pinned, _pinned) = (_pinned, null);
        }
        pinned?.ForEach(p => p.End());
    }

    private sealed record ClientTransport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
