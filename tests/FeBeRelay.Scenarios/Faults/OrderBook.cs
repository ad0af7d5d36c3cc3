using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// Numbered orders that must not be carried out twice, with a long text each way that its number determines. Both ends look at every byte: what is heard must be a
/// beginning of what was said, and a clean end may come only behind the whole of it.
/// </summary>
internal sealed class OrderBook
{
    private readonly ConcurrentDictionary<int, int> _carriedOut = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private int _next;
    private int _complete;
    private int _cut;

    /// <summary>Orders that were answered in full.</summary>
    public int Complete => Volatile.Read(ref _complete);

    /// <summary>Orders that ended in an error that their giver saw.</summary>
    public int Cut => Volatile.Read(ref _cut);

    /// <summary>What must not be: carried out twice, short with a clean end, or changed.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Gives order after order, none of them twice, until told that it is over.</summary>
    public async Task GiveOrdersAsync(NodePair nodes, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await nodes.ConnectAsync();
                await GiveAsync(socket, Interlocked.Increment(ref _next));
            }
            catch (SocketException)
            {
                // The relay is down.
                await Task.Delay(5, CancellationToken.None);
            }
        }
    }

    /// <summary>The back end: carries out what was heard in full, and answers; now and then it crashes in its answer.</summary>
    public async Task CarryOutAsync(Socket socket)
    {
        using var heard = new MemoryStream();
        bool isEnded = await OrderWire.HearAsync(socket, heard);
        string[] head = Encoding.ASCII.GetString(heard.GetBuffer(), 0, (int)Math.Min(heard.Length, 16)).Split('\n');
        if (head.Length < 2 || !int.TryParse(head[0], CultureInfo.InvariantCulture, out int number))
        {
            Check(isEnded && heard.Length > 0, "an order ended within its number");
            return;
        }
        if (!IsWhole(heard, Order(number), isEnded, $"order {number}"))
        {
            return;
        }
        Check(_carriedOut.AddOrUpdate(number, 1, (_, count) => count + 1) > 1, $"order {number} was carried out twice");
        await AnswerAsync(socket, Answer(number), crashes: number % 23 == 0);
    }

    private async Task GiveAsync(Socket socket, int number)
    {
        using var heard = new MemoryStream();
        Task<bool> hearing = OrderWire.HearAsync(socket, heard);
        try
        {
            await OrderWire.SendAsync(socket, Order(number));
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // What was heard will tell.
        }
        bool isEnded = await hearing;
        // Nothing at all is what the system sends for a process that was killed before it took the connection over.
        bool isWhole = IsWhole(heard, Answer(number), isEnded && heard.Length > 0, $"answer {number}");
        Interlocked.Increment(ref isWhole ? ref _complete : ref _cut);
    }

    private static async Task AnswerAsync(Socket socket, byte[] answer, bool crashes)
    {
        try
        {
            await OrderWire.SendAsync(socket, crashes ? answer[..(answer.Length / 2)] : answer);
            if (crashes)
            {
                socket.Reset();
                return;
            }
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Cut on the way.
        }
    }

    private bool IsWhole(MemoryStream heard, byte[] said, bool isEnded, string what)
    {
        Check(!said.AsSpan().StartsWith(heard.GetBuffer().AsSpan(0, (int)heard.Length)), $"{what} was changed");
        Check(isEnded && heard.Length < said.Length, $"{what} ended cleanly after {heard.Length} of {said.Length} bytes");
        return isEnded && heard.Length == said.Length;
    }

    private void Check(bool isWrong, string violation)
    {
        if (isWrong)
        {
            _violations.Enqueue(violation);
        }
    }

    private static byte[] Order(int number) => [.. Encoding.ASCII.GetBytes($"{number}\n"), .. Text(number)];

    private static byte[] Answer(int number) => Text(-number);

    private static byte[] Text(int seed)
    {
        var random = new Random(seed);
        byte[] text = new byte[random.Next(1, 400_000)];
        random.NextBytes(text);
        return text;
    }
}
