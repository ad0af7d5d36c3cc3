using System.Net;
using System.Net.Sockets;
using FeBeRelay.Channel.Budgets;
using FeBeRelay.Channel.Transport.Epoll;

namespace FeBeRelay.Channel.Transport;

/// <summary>Opens a connection to an address, whatever its family.</summary>
public static class Dialer
{
    /// <summary>Resolves and connects; the addresses of a name are tried in their order.</summary>
    /// <param name="endPoint">An IP address, a name, or a Unix socket.</param>
    /// <param name="source">The outgoing address to use, or null.</param>
    /// <param name="timeout">For each address tried.</param>
    /// <param name="time">The clock of the timeout.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">The name is not known, or no address answers: the last one's error.</exception>
    public static Task<Socket> ConnectAsync(EndPoint endPoint, IPAddress? source, TimeSpan timeout, TimeProvider time, CancellationToken cancellation) =>
        ConnectAnyAsync(endPoint, source, (candidate, until) => ConnectOneAsync(candidate, source, until), timeout, time, cancellation);

    /// <summary>The same for a connection that carries a stream or a channel.</summary>
    /// <param name="endPoint">An IP address, a name, or a Unix socket.</param>
    /// <param name="source">The outgoing address to use, or null.</param>
    /// <param name="near">The other connection of the same stream, or null.</param>
    /// <param name="timeout">For each address tried.</param>
    /// <param name="time">The clock of the timeout.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">The name is not known, or no address answers: the last one's error.</exception>
    public static Task<StreamSocket> ConnectStreamAsync(
        EndPoint endPoint, IPAddress? source, StreamSocket? near, TimeSpan timeout, TimeProvider time, CancellationToken cancellation) =>
        ConnectAnyAsync(endPoint, source, (candidate, until) => ConnectOneAsync(candidate, source, near, until), timeout, time, cancellation);

    /// <summary>The addresses to try: those of the source's family where one is named.</summary>
    /// <exception cref="SocketException">The name is not known.</exception>
    public static async Task<IReadOnlyList<EndPoint>> ResolveAsync(EndPoint endPoint, IPAddress? source, CancellationToken cancellation)
    {
        if (endPoint is not DnsEndPoint name)
        {
            return [endPoint];
        }
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.Host, source?.AddressFamily ?? AddressFamily.Unspecified, cancellation).ConfigureAwait(false);
        return [.. addresses.Select(a => new IPEndPoint(a, name.Port))];
    }

    private static async Task<T> ConnectAnyAsync<T>(
        EndPoint endPoint, IPAddress? source, Func<EndPoint, CancellationToken, Task<T>> connect, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        SocketException? last = null;
        foreach (EndPoint candidate in await ResolveAsync(endPoint, source, cancellation).ConfigureAwait(false))
        {
            using var deadline = new CancellationTokenSource(timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            try
            {
                return await connect(candidate, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                last = new SocketException((int)SocketError.TimedOut);
            }
            catch (SocketException e)
            {
                last = e;
            }
        }
        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<StreamSocket> ConnectOneAsync(EndPoint endPoint, IPAddress? source, StreamSocket? near, CancellationToken cancellation) =>
        endPoint is IPEndPoint address && EventLoops.For(near) is { } loop
            ? await LoopConnect.RunAsync(loop, address, source, cancellation).ConfigureAwait(false)
            : StreamSocket.Of(await ConnectOneAsync(endPoint, source, cancellation).ConfigureAwait(false), near);

    private static async Task<Socket> ConnectOneAsync(EndPoint endPoint, IPAddress? source, CancellationToken cancellation)
    {
        ProtocolType protocol = endPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (DescriptorLimit.IsReachedByDialling(socket.SafeHandle))
            {
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            }
            SocketTuning.Apply(socket, endPoint);
            if (source is not null && endPoint.AddressFamily == source.AddressFamily)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }
            await socket.ConnectAsync(endPoint, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
