using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FeBeRelay.Channel.Budgets;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>
/// Makes one TCP connection without .NET's event threads: a socket that they have waited for once wakes them for every event of its life. Used once.
/// </summary>
internal sealed class LoopConnect : IEventTarget
{
    private const uint Events = LinuxSocket.Writable | LinuxSocket.Once;

    private readonly EventLoop _loop;
    private readonly SafeSocketHandle _handle;
    private readonly Readiness _done = new();

    private LoopConnect(EventLoop loop, SafeSocketHandle handle)
    {
        _loop = loop;
        _handle = handle;
        Serial = loop.NextSerial();
        Descriptor = (int)handle.DangerousGetHandle();
    }

    /// <inheritdoc/>
    public SafeHandle Handle => _handle;

    /// <inheritdoc/>
    public int Descriptor { get; }

    /// <inheritdoc/>
    public uint Serial { get; }

    /// <summary>Connects.</summary>
    /// <param name="loop">Where the connection will wait.</param>
    /// <param name="endPoint">To where.</param>
    /// <param name="source">From which address, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">It cannot be made.</exception>
    public static async Task<StreamSocket> RunAsync(EventLoop loop, IPEndPoint endPoint, IPAddress? source, CancellationToken cancellation)
    {
        int family = endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? LinuxSocket.InternetV6 : LinuxSocket.Internet;
        int descriptor = LinuxSocket.Create(family, LinuxSocket.Stream | LinuxSocket.NonBlocking | LinuxSocket.CloseOnExec, protocol: 0);
        if (descriptor < 0)
        {
            throw LinuxError.Exception(LinuxError.Last);
        }
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            if (DescriptorLimit.IsReachedByDialling(handle))
            {
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            }
            if (source is not null && source.AddressFamily == endPoint.AddressFamily)
            {
                Bind(handle, new IPEndPoint(source, 0));
            }
            await new LoopConnect(loop, handle).ConnectAsync(endPoint.Serialize(), cancellation).ConfigureAwait(false);
            var socket = new Socket(handle);
            SocketTuning.Apply(socket, endPoint);
            return new LoopStreamSocket(socket, loop);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Tell(uint events) => _done.Signal();

    private static void Bind(SafeSocketHandle handle, IPEndPoint local)
    {
        SocketAddress address = local.Serialize();
        if (LinuxSocket.Bind(handle, ref MemoryMarshal.GetReference(address.Buffer.Span), address.Size) < 0)
        {
            throw LinuxError.Exception(LinuxError.Last);
        }
    }

    /// <summary>Within this host a connection is there when it is asked for the second time, which needs no wait.</summary>
    private async Task ConnectAsync(SocketAddress address, CancellationToken cancellation)
    {
        int error = Try(address);
        if (error is not (LinuxError.InProgress or LinuxError.Already) || (error = Try(address)) is not (LinuxError.InProgress or LinuxError.Already))
        {
            ThrowIfFailed(error);
            return;
        }
        try
        {
            _done.Clear();
            _loop.Add(this, Events);
            await _done.WaitAsync(cancellation).ConfigureAwait(false);
            while ((error = Try(address)) is LinuxError.InProgress or LinuxError.Already)
            {
                _done.Clear();
                _loop.Repeat(this, Events);
                await _done.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _loop.Remove(this);
        }
        ThrowIfFailed(error);
    }

    private int Try(SocketAddress address) =>
        LinuxSocket.Connect(_handle, ref MemoryMarshal.GetReference(address.Buffer.Span), address.Size) == 0 ? 0 : LinuxError.Last;

    private static void ThrowIfFailed(int error)
    {
        if (error != 0)
        {
            throw LinuxError.Exception(error);
        }
    }
}
