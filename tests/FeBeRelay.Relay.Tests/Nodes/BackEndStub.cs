using System.Net;
using System.Net.Sockets;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>A back end whose connections the test drives by hand.</summary>
internal sealed class BackEndStub : IDisposable
{
    private readonly Socket _listening;

    public BackEndStub(IPAddress? address = null)
    {
        _listening = new Socket((address ?? IPAddress.Loopback).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listening.Bind(new IPEndPoint(address ?? IPAddress.Loopback, 0));
        _listening.Listen();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listening.LocalEndPoint!;

    public Task<Socket> AcceptAsync() => _listening.AcceptAsync(TestContext.Current.CancellationToken).AsTask();

    /// <summary>The next connection, unless the wait is given up.</summary>
    public async Task<Socket> AcceptUnlessAsync(CancellationToken givenUp)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(givenUp, TestContext.Current.CancellationToken);
        return await _listening.AcceptAsync(either.Token);
    }

    /// <summary>A byte goes in at one end of a stream and comes out at the other.</summary>
    public static async Task PassAsync(Socket from, Socket to, byte value)
    {
        await from.SendAsync(new[] { value });
        var received = new byte[1];
        Assert.Equal(1, await to.ReceiveAsync(received));
        Assert.Equal(value, received[0]);
    }

    /// <summary>Whether nobody waits to be accepted.</summary>
    public bool IsUntouched => !_listening.Poll(0, SelectMode.SelectRead);

    public void Dispose() => _listening.Dispose();
}
