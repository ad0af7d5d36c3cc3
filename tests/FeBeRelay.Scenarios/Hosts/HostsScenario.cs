using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Hosts;

/// <summary>
/// A client, a front end, three back ends and somebody in the middle of their link, each on a host of its own. Pages come from all three, and no word
/// of them is on the link. A pulled cable and lost packets delay what passes and change nothing of it. Whoever is in the middle can break connections,
/// which is all: what he sends is never taken for a peer's.
/// </summary>
[Collection("two nodes")]
public sealed class HostsScenario : IAsyncLifetime
{
    private const int Large = 4_000_000;

    private LabSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("ip", "tcpdump", "nft", "python3", "curl");
        Tool.Need(Environment.IsPrivilegedProcess, "network namespaces need root");
        _site = await LabSite.StartAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Three_back_ends_answer_and_no_word_of_theirs_is_on_the_link()
    {
        string[] words = [.. Enumerable.Range(1, 3).Select(n => $"be{n}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}")];
        foreach (int number in Enumerable.Range(1, 3))
        {
            _ = _site.Server(number).ServeAsync(socket => AnswerAllAsync(socket, words[number - 1]));
        }
        using Process capture = await _site.Network.CaptureAsync(_site["link.pcap"]);
        var heard = new HashSet<string>();
        for (int i = 0; i < 3; i++)
        {
            heard.Add(await LabNetwork.RunAsync(_site.Network.Client, "curl", "--silent", "--show-error", "--fail", "--max-time", "30", $"{LabSite.Url}{words[0]}"));
        }
        await Tool.RunAsync("kill", "-INT", $"{capture.Id}");
        await capture.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(words.Order(), heard.Order());
        byte[] link = await File.ReadAllBytesAsync(_site["link.pcap"], TestContext.Current.CancellationToken);
        Assert.True(link.AsSpan().IndexOf("FBR\r\n\r\n"u8) >= 0, "the capture holds channels' prefaces");
        Assert.All(words, word => Assert.True(link.AsSpan().IndexOf(Encoding.ASCII.GetBytes(word)) < 0, $"{word} is on the link"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_pulled_cable_and_lost_packets_change_nothing_of_a_download()
    {
        string content = Convert.ToHexString(RandomNumberGenerator.GetBytes(Large / 2));
        using Socket client = await _site.ConnectAsync(1);
        await client.SayAsync("go");
        using Socket served = await _site.Server(1).AcceptAsync();
        Assert.Equal("go", await served.HearAsync(2));

        Task sending = served.SayAsync(content);
        string first = await client.HearAsync(Large / 4);
        await _site.Network.PlugAsync(1, isIn: false);
        string second = await client.HearAsync(1);
        await _site.Network.PlugAsync(1, isIn: true);
        await LabNetwork.LoseAsync(_site.Network.FrontEnd, percent: 3);
        string rest = await client.HearAsync(Large - first.Length - 1);
        await sending;

        Assert.True(content == first + second + rest, "what arrived is what was sent");
    }

    [Fact(Timeout = 120_000)]
    public async Task Whoever_is_in_the_middle_can_break_a_connection_and_nothing_else()
    {
        using Attacker attacker = await Attacker.StartAsync(_site.Network);
        using (Socket client = await _site.ConnectAsync(2))
        {
            using Socket served = await TalkAsync(client, 2);
            Assert.NotEqual("sent 0", await attacker.DoAsync("inject"));
            // Not a byte of his comes out, and the connection breaks.
            await AssertBrokenAsync(client, served);
        }

        using (Socket client = await _site.ConnectAsync(2))
        {
            using Socket served = await TalkAsync(client, 2);
            Assert.NotEqual("sent 0", await attacker.DoAsync("reset"));
            await AssertBrokenAsync(client, served);
        }

        string replayed = await attacker.DoAsync($"replay {LabNetwork.BackEndAddress(2)}");
        Assert.Matches("^sent [1-9][0-9]* heard [0-9]+ (end|reset)$", replayed);

        // What he said again reached no back end, and whoever comes next is served.
        using (Socket client = await _site.ConnectAsync(2))
        {
            using Socket served = await TalkAsync(client, 2);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    private async Task<Socket> TalkAsync(Socket client, int number)
    {
        string word = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await client.SayAsync(word);
        Socket served = await _site.Server(number).AcceptAsync();
        Assert.Equal(word, await served.HearAsync(word.Length));
        await served.SayAsync(word);
        Assert.Equal(word, await client.HearAsync(word.Length));
        return served;
    }

    /// <summary>Both are over without a further byte. Unix sockets know no reset, so that it may look like an end here; ResetScenario has TCP.</summary>
    private static async Task AssertBrokenAsync(Socket client, Socket served)
    {
        foreach (Socket socket in (Socket[])[client, served])
        {
            try
            {
                Assert.Equal("", await socket.HearAsync(1));
            }
            catch (SocketException)
            {
                // Cut: as good an end.
            }
        }
    }

    private static async Task AnswerAllAsync(Socket socket, string word)
    {
        while (await socket.HearAsync(4) is { Length: 4 } some)
        {
            var head = new StringBuilder(some);
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                head.Append(await socket.HearAsync(1));
            }
            await socket.SayAsync($"HTTP/1.1 200 OK\r\nContent-Length: {word.Length}\r\n\r\n{word}");
        }
    }
}
