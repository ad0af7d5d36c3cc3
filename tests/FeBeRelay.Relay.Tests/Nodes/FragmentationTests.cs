using System.Net.Sockets;
using CsCheck;
using FeBeRelay.Channel;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>Any bytes, written to a stream of a real channel in any pieces and read in any others, come out the same, both ways at once.</summary>
public sealed class FragmentationTests
{
    private static readonly Gen<byte[]> Bytes = Gen.Frequency((4, Gen.Byte.Array[0, 2_000]), (2, Gen.Byte.Array[0, 20_000]), (1, Gen.Byte.Array[60_000, 200_000]));
    private static readonly Gen<int[]> Pieces = Gen.Frequency((2, Gen.Int[1, 50]), (3, Gen.Int[1, 5_000]), (1, Gen.Int[1, 150_000])).Array[1, 20];

    [Fact(Timeout = 120_000)]
    public async Task Any_bytes_in_any_pieces_come_out_the_same_both_ways()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);

        await Gen.Select(Bytes, Bytes, Pieces, Pieces).SampleAsync(async (there, back, written, read) =>
        {
            await using SecureChannelStream stream = await nodes.Relay.OpenStreamAsync("be", "owa", TestContext.Current.CancellationToken);
            using Socket served = await backEnd.AcceptAsync();
            await using var far = new NetworkStream(served);
            Task writing = Task.WhenAll(WriteAsync(stream, there, written, () => stream.EndWritesAsync().AsTask()), WriteAsync(far, back, read, () => EndAsync(served)));
            byte[][] heard = await Task.WhenAll(ReadAsync(far, read), ReadAsync(stream, written));
            await writing;
            Assert.Equal(there, heard[0]);
            Assert.Equal(back, heard[1]);
        }, iter: 40, threads: 1);
    }

    private static async Task WriteAsync(Stream stream, byte[] bytes, int[] pieces, Func<Task> end)
    {
        for (int at = 0, i = 0; at < bytes.Length; i++)
        {
            // Small ones at first; then what is left in larger ones, so that a long stream ends.
            int size = Math.Min(bytes.Length - at, i < 200 ? pieces[i % pieces.Length] : 50_000);
            await stream.WriteAsync(bytes.AsMemory(at, size));
            at += size;
        }
        await end();
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int[] pieces)
    {
        using var heard = new MemoryStream();
        byte[] buffer = new byte[pieces.Max()];
        for (int i = 0, size; (size = await stream.ReadAsync(buffer.AsMemory(0, pieces[i % pieces.Length]))) > 0; i++)
        {
            heard.Write(buffer, 0, size);
        }
        return heard.ToArray();
    }

    private static Task EndAsync(Socket socket)
    {
        socket.Shutdown(SocketShutdown.Send);
        return Task.CompletedTask;
    }
}
