using System.Net.Sockets;
using System.Text;
using Xunit;

namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>
/// The connection between two real nodes is ended in order behind every single byte of it, in each direction, while a question goes there and an answer back. What
/// an application sees is either whole with a clean end, or it ends in a reset: never short with a clean end (docs/protocol.md 5.7, 5.8).
/// </summary>
public sealed class TruncationTests
{
    private static readonly byte[] Question = Encoding.ASCII.GetBytes("MOVE /inbox/1 " + new string('q', 50));
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("201 Created " + new string('a', 80));

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cut_behind_any_byte_is_never_a_clean_end_of_something_short(bool isOutward)
    {
        await using var nodes = new TestNodes { MaxIdleChannels = 0 };
        using var backEnd = new BackEndStub();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = ServeAllAsync(backEnd, over.Token);
        nodes.StartListener(backEnd.EndPoint);
        using var way = new CuttingWay(nodes.Listener.NodePorts[0]);
        nodes.Dialled = way.EndPoint;
        nodes.StartRelay();
        // Main mode is done with the first; the second shows how long a channel of one stream is.
        Assert.True(await AskAsync(nodes));
        Assert.True(await AskAsync(nodes));
        int length = await way.CarriedAsync(isOutward);
        Assert.InRange(length, Question.Length, 2_000);

        int answered = 0;
        for (int cut = 1; cut < length; cut++)
        {
            way.Passes = isOutward ? (cut, int.MaxValue) : (int.MaxValue, cut);
            answered += await AskAsync(nodes) ? 1 : 0;
        }

        // Behind the last byte of the stream there are only those that close the channel.
        Assert.InRange(answered, 1, length / 2);
        way.Passes = (int.MaxValue, int.MaxValue);
        Assert.True(await AskAsync(nodes));
        await over.CancelAsync();
        await serving;
    }

    /// <summary>Whether the whole answer came, with a clean end; false for a reset, anything between fails.</summary>
    private static async Task<bool> AskAsync(TestNodes nodes)
    {
        try
        {
            using Socket application = await nodes.ConnectAsync();
            await application.SendAsync(Question);
            application.Shutdown(SocketShutdown.Send);
            return await IsWholeAsync(application, Answer);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Serves what comes, until it is over; fails with the first question that was short and had a clean end.</summary>
    private static async Task ServeAllAsync(BackEndStub backEnd, CancellationToken over)
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await backEnd.AcceptUnlessAsync(over)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(served);
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                if (await IsWholeAsync(socket, Question))
                {
                    await socket.SendAsync(Answer);
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (SocketException)
            {
                // Cut with its channel.
            }
        }
    }

    /// <summary>True for all bytes and a clean end; false for a reset; a clean end of fewer fails.</summary>
    private static async Task<bool> IsWholeAsync(Socket socket, byte[] expected)
    {
        var heard = new byte[expected.Length + 1];
        int count = 0;
        try
        {
            for (int more; (more = await socket.ReceiveAsync(heard.AsMemory(count))) > 0;)
            {
                count += more;
            }
        }
        catch (SocketException)
        {
            return false;
        }
        Assert.Equal(expected, heard[..count]);
        return true;
    }
}
