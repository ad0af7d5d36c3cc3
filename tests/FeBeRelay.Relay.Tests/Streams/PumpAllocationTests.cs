using System.Net.Sockets;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.Streams;

/// <summary>
/// The whole way of the bytes makes no garbage: socket, pump, channel, and back. Allocations are counted for the process, so nothing else may run, and
/// what the runtime does now and then must not count: of some windows the least is taken. Only for optimised builds, in which an async method that
/// need not wait allocates nothing: <c>dotnet run -c Release --project tests/FeBeRelay.Relay.Tests -- -class "*PumpAllocationTests" -explicit only</c>.
/// </summary>
[Collection(nameof(Alone))]
public sealed class PumpAllocationTests
{
    private const int Windows = 8;
    private const int RoundTrips = 2_000;

    // There and back, sealed by one node and opened by the other.
    private const int Records = 2 * RoundTrips;

    [Fact(Explicit = true)]
    public async Task Less_than_a_byte_is_allocated_for_each_record()
    {
        await using var nodes = new TestNodes();
        using var backEnd = new BackEndStub();
        nodes.Start(backEnd.EndPoint);
        using Socket client = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        Task echoing = EchoAsync(served);
        var buffer = new byte[1_024];

        long least = long.MaxValue;
        for (int window = 0; window < Windows; window++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await TalkAsync(client, buffer);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        client.Shutdown(SocketShutdown.Send);
        await echoing;

        Assert.InRange(least, 0, Records - 1);
    }

    private static async Task TalkAsync(Socket client, byte[] buffer)
    {
        for (int i = 0; i < RoundTrips; i++)
        {
            await client.SendAsync(buffer, CancellationToken.None);
            for (int received = 0; received < buffer.Length;)
            {
                received += await client.ReceiveAsync(buffer.AsMemory(received), CancellationToken.None);
            }
        }
    }

    private static async Task EchoAsync(Socket served)
    {
        var buffer = new byte[1_024];
        for (int count; (count = await served.ReceiveAsync(buffer, CancellationToken.None)) > 0;)
        {
            await served.SendAsync(buffer.AsMemory(0, count), CancellationToken.None);
        }
    }
}

/// <summary>Tests that nothing else may run beside.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
