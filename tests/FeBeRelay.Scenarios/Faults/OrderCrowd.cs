using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>
/// Gives numbered orders, none of them twice, through two nodes to an <see cref="OrderServer"/>, and looks at every byte of the answers: what is heard must be a beginning of
/// what the number determines, and a clean end may come only behind the whole of it.
/// </summary>
internal sealed class OrderCrowd(NodePair nodes)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AfterCut = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<int, bool> _answered = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private int _next;
    private int _cut;

    /// <summary>Orders that were answered in full.</summary>
    public int Complete => _answered.Count;

    /// <summary>Orders that ended in an error that their giver saw.</summary>
    public int Cut => Volatile.Read(ref _cut);

    /// <summary>Gives order after order until told that it is over.</summary>
    public async Task GiveOrdersAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await Wire.ConnectAsync(nodes.EndPoint);
                int number = Interlocked.Increment(ref _next);
                using var heard = new MemoryStream();
                bool isEnded = await ExchangeAsync(socket, number, heard).WaitAsync(Longest, CancellationToken.None);
                if (!Judge(number, heard.ToArray(), isEnded))
                {
                    await Task.Delay(AfterCut, CancellationToken.None);
                }
            }
            catch (SocketException)
            {
                // The relay is down.
                await Task.Delay(AfterCut, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                _violations.Enqueue($"an order hung for {Longest}");
            }
        }
    }

    /// <summary>All that must not have been, in the answers and in the back end's ledger.</summary>
    public IReadOnlyCollection<string> Violations(string[] ledger)
    {
        var carriedOut = new HashSet<int>();
        List<string> violations = [.. _violations, .. ledger.Where(line => line.StartsWith('!'))];
        foreach (string[] line in ledger.Where(line => !line.StartsWith('!')).Select(line => line.Split(' ')))
        {
            int number = int.Parse(line[0], CultureInfo.InvariantCulture);
            Check(!carriedOut.Add(number), $"order {number} was carried out twice");
            Check(line[1] != Convert.ToHexStringLower(SHA256.HashData(Text("order", number))), $"order {number} arrived with another checksum");
        }
        violations.AddRange(_answered.Keys.Where(number => !carriedOut.Contains(number)).Select(number => $"order {number} was answered and not carried out"));
        return violations;

        void Check(bool isWrong, string violation) => violations.AddRange(isWrong ? [violation] : []);
    }

    /// <summary>True where the nodes ended the connection cleanly, false where it was cut.</summary>
    private static async Task<bool> ExchangeAsync(Socket socket, int number, MemoryStream heard)
    {
        Task<bool> hearing = OrderWire.HearAsync(socket, heard);
        try
        {
            byte[] order = Text("order", number);
            await OrderWire.SendAsync(socket, Encoding.ASCII.GetBytes($"POST /{number} HTTP/1.1\r\nHost: owa\r\nContent-Length: {order.Length}\r\nConnection: close\r\n\r\n"));
            await OrderWire.SendAsync(socket, order);
        }
        catch (SocketException)
        {
            // What was heard will tell.
        }
        return await hearing;
    }

    /// <summary>Whether it was answered in full.</summary>
    private bool Judge(int number, byte[] heard, bool isEnded)
    {
        int head = heard.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        string status = Encoding.ASCII.GetString(heard.AsSpan(0, Math.Min(heard.Length, 12)));
        if (head < 4 || status != "HTTP/1.1 200")
        {
            // 502 to 504 are an http endpoint's words for it. Nothing at all is what the system sends for a process that was killed before it took the connection over.
            bool isTold = !isEnded || heard.Length == 0 || (nodes.IsHttp && (head < 4 || status is "HTTP/1.1 502" or "HTTP/1.1 503" or "HTTP/1.1 504"));
            return Cuts(isTold, $"answer {number} ended cleanly with '{Encoding.ASCII.GetString(heard.AsSpan(0, Math.Min(heard.Length, 60)))}'");
        }
        byte[] content = heard[head..];
        byte[] answer = Text("answer", number);
        if (!answer.AsSpan().StartsWith(content))
        {
            return Cuts(isTold: false, $"answer {number} was changed");
        }
        if (content.Length < answer.Length)
        {
            // Whoever speaks HTTP sees by the answer's length that it is short; of a stream the relay knows no length, so only a reset can say it.
            return Cuts(!isEnded || nodes.IsHttp, $"answer {number} ended cleanly after {content.Length} of {answer.Length} bytes");
        }
        return _answered[number] = true;
    }

    private bool Cuts(bool isTold, string violation)
    {
        Interlocked.Increment(ref _cut);
        if (!isTold)
        {
            _violations.Enqueue(violation);
        }
        return false;
    }

    /// <summary>As in orders.py.</summary>
    private static byte[] Text(string what, int number)
    {
        byte[] name = Encoding.ASCII.GetBytes($"{what} {number}");
        int size = (int)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(name)) % 200_000) + 1;
        return Shake256.HashData(name, size);
    }
}
