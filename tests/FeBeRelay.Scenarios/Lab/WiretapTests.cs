using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Cli.Lab.Wiretapping;
using Xunit;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>The wiretap forwards what it gets, whole and with the right end, and finds a marker however it is cut.</summary>
public sealed class WiretapTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_marker_is_found_at_every_split_into_two_chunks()
    {
        byte[] marker = RandomNumberGenerator.GetBytes(24);
        byte[] around = [.. RandomNumberGenerator.GetBytes(300), .. marker, .. RandomNumberGenerator.GetBytes(300)];
        for (int split = 0; split <= around.Length; split++)
        {
            Assert.True(Finds(marker, around[..split], around[split..]), $"split at {split}");
        }
    }

    [Fact]
    public void A_marker_is_found_byte_by_byte()
    {
        byte[] marker = RandomNumberGenerator.GetBytes(MarkerWatch.MaximumMarkerLength);
        byte[] around = [.. RandomNumberGenerator.GetBytes(700), .. marker, .. RandomNumberGenerator.GetBytes(700)];
        Assert.True(Finds(marker, [.. around.Select(one => new[] { one })]));
    }

    [Fact]
    public void Parts_of_a_marker_that_are_not_together_are_not_the_marker()
    {
        byte[] marker = RandomNumberGenerator.GetBytes(24);
        Assert.False(Finds(marker, marker[..23], [(byte)~marker[23]], marker[..12], [0], marker[12..]));
    }

    [Fact]
    public void Asking_for_a_marker_that_was_never_registered_is_an_error_not_a_no()
    {
        Assert.Throws<ArgumentException>(() => new MarkerWatch().Saw("unknown"u8));
    }

    [Fact]
    public void A_ring_keeps_exactly_the_last_bytes()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(1000);
        foreach (int chunk in new[] { 1, 7, 16, 17, 100, 1000 })
        {
            var ring = new ByteRing(16);
            foreach (byte[] piece in bytes.Chunk(chunk))
            {
                ring.Write(piece);
            }

            Assert.Equal(bytes[^16..], ring.ToArray());
        }
    }

    [Fact]
    public async Task A_half_close_passes_and_the_other_direction_stays_open()
    {
        await using var pair = await TappedPair.OpenAsync(Cancellation);
        await pair.Client.SendAsync("question"u8.ToArray(), Cancellation);
        pair.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("question"u8.ToArray(), await ReadToEndAsync(pair.Server));

        byte[] answer = RandomNumberGenerator.GetBytes(3_000_000);
        Task sending = SendAndShutdownAsync(pair.Server, answer);
        Assert.Equal(answer, await ReadToEndAsync(pair.Client));
        await sending;
        Assert.Equal(8, pair.Tap.Bytes(WireDirection.ToTarget));
        Assert.Equal(answer.Length, pair.Tap.Bytes(WireDirection.FromTarget));
        Assert.Equal(answer[^4096..], pair.Tap.Sample(WireDirection.FromTarget));
        WireRecording recording = Assert.Single(pair.Tap.Recordings());
        Assert.Equal("question"u8.ToArray(), recording.ToTarget);
        Assert.Equal(answer[..WireRecorder.HeadCapacity], recording.FromTarget);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_passes_as_a_reset_in_both_directions(bool clientResets)
    {
        await using var pair = await TappedPair.OpenAsync(Cancellation);
        (Socket resets, Socket suffers) = clientResets ? (pair.Client, pair.Server) : (pair.Server, pair.Client);

        // A byte both ways first: the connection has to be up on both sides of the tap.
        await suffers.SendAsync(new byte[1], Cancellation);
        await resets.ReceiveAsync(new byte[1], Cancellation);
        resets.Close(timeout: 0);

        var error = await Assert.ThrowsAsync<SocketException>(async () => await suffers.ReceiveAsync(new byte[1], Cancellation));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task When_nothing_listens_behind_it_the_client_is_reset()
    {
        var nobody = new Socket(SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using Wiretap tap = Wiretap.Start((IPEndPoint)nobody.LocalEndPoint!);
        nobody.Dispose();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // The reset may be so quick that connecting meets it already.
            await client.ConnectAsync(tap.Address, Cancellation);
            await client.ReceiveAsync(new byte[1], Cancellation);
        });
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    private static bool Finds(byte[] marker, params byte[][] chunks)
    {
        var watch = new MarkerWatch();
        watch.Add(marker);
        var scanner = new MarkerScanner(watch);
        foreach (byte[] chunk in chunks)
        {
            scanner.Next(chunk);
        }

        return watch.Saw(marker);
    }

    private static async Task SendAndShutdownAsync(Socket socket, byte[] bytes)
    {
        await socket.SendAsync(bytes, Cancellation);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        int received;
        while ((received = await socket.ReceiveAsync(buffer, Cancellation)) > 0)
        {
            content.Write(buffer, 0, received);
        }

        return content.ToArray();
    }

    /// <summary>A client and a server socket with a wiretap between them.</summary>
    private sealed record TappedPair(Wiretap Tap, Socket Client, Socket Server) : IAsyncDisposable
    {
        public static async Task<TappedPair> OpenAsync(CancellationToken cancellation)
        {
            using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            Wiretap tap = Wiretap.Start((IPEndPoint)listener.LocalEndPoint!);
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(tap.Address, cancellation);
            return new TappedPair(tap, client, await listener.AcceptAsync(cancellation));
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            Server.Dispose();
            await Tap.DisposeAsync();
        }
    }
}
