using System.Net.Sockets;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Policy;

/// <summary>
/// The page that administrators plan by, docs/policy-matrix.md, read cell by cell and tried on real nodes: two connections of an application for each,
/// and what became of them. Whoever changes a cell of the page, or what nodes do, fails here.
/// </summary>
public sealed class MatrixScenario
{
    // So many handshakes at once that none comes near a deadline of the protocol, on a slow machine too. Who keeps silent costs no work.
    private static readonly SemaphoreSlim Working = new(4);

    [Fact(Timeout = 120_000)]
    public async Task Every_cell_of_the_matrix_holds_between_real_nodes()
    {
        Tool.Require();
        IReadOnlyList<MatrixCell> cells = [.. MatrixPage.Read().Where(cell => !cell.IsRepetition)];
        Assert.Equal(224, cells.Count);
        await using var site = new MatrixSite(cells);
        await site.StartAsync();

        Outcome[] outcomes = await Task.WhenAll(cells.Select((cell, i) => TryAsync(site, cell, i)));
        IReadOnlySet<string> soft = await site.StopAsync();

        string[] wrong =
        [
            .. cells.Zip(outcomes).Select((pair, i) => (Cell: pair.First, Found: pair.Second.InWords(soft.Contains(MatrixSite.NameOf(i))), Said: site.Relay.LinesWith($"Endpoint {MatrixSite.NameOf(i)}:")))
                .Where(pair => pair.Cell.Expected != pair.Found).Select(pair => $"{pair.Cell}: {pair.Cell.Expected} is written, {pair.Found} was found: {pair.Said}"),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    private static async Task<Outcome> TryAsync(MatrixSite site, MatrixCell cell, int i)
    {
        if (cell.Kind == "silent")
        {
            return await TryTwiceAsync(site, cell, i);
        }
        await Working.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return await TryTwiceAsync(site, cell, i);
        }
        finally
        {
            Working.Release();
        }
    }

    private static async Task<Outcome> TryTwiceAsync(MatrixSite site, MatrixCell cell, int i)
    {
        string first = await AskAsync(site, i);
        // What the first of these connections begins beside itself decides on the second.
        bool enquires = cell is { Posture: "client", IsPinned: false };
        if (enquires)
        {
            await site.Relay.WaitForAsync($"Endpoint {MatrixSite.NameOf(i)}: (enquiry at|node .* wants security)");
        }
        return new Outcome(first, await AskAsync(site, i), enquires);
    }

    /// <summary>One connection of an application: whether it was answered, and whether its bytes were seen where clear bytes go.</summary>
    private static async Task<string> AskAsync(MatrixSite site, int i)
    {
        long before = site.Clear[i].Bytes;
        bool answered = await IsAnsweredAsync(site, i);
        bool wentClear = site.Clear[i].Bytes > before;
        return (answered, wentClear) switch
        {
            (true, true) => "clear",
            (true, false) => "secured",
            (false, true) => "clear sent, refused",
            _ => "blocked",
        };
    }

    private static async Task<bool> IsAnsweredAsync(MatrixSite site, int i)
    {
        try
        {
            using Socket application = await Wire.ConnectAsync(site.EndPoints[i]);
            await application.SayAsync("question");
            Assert.Equal("answer", await application.HearAllAsync());
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Both connections of a cell.</summary>
    private sealed record Outcome(string First, string Next, bool Enquires)
    {
        /// <summary>As the page writes it.</summary>
        public string InWords(bool isSoft)
        {
            string first = Words(First);
            string next = Words(Next);
            return first == next ? first : $"{first}, then {next}";

            // The soft association of an enquiry is made beside a connection that is clear without it.
            string Words(string end) => end == "clear" && isSoft && !Enquires ? "clear (soft)" : end;
        }
    }
}
