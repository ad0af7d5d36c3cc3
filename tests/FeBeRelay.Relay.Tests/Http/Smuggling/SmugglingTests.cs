using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>Whatever a client sends to hide a second request in a first: the back end sees one request, or none.</summary>
public sealed partial class SmugglingTests
{
    private const int Clients = 8;
    private const string Silence = "neither an answer nor an end";
    private const string Reset = "a reset";

    [Fact]
    public void The_corpus_is_large_and_its_names_are_unique()
    {
        Assert.True(SmugglingCorpus.Variants.Count >= 300, $"{SmugglingCorpus.Variants.Count} variants");
        Assert.Equal(SmugglingCorpus.Variants.Count, SmugglingCorpus.Variants.Select(v => v.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_request_is_read_as_two_and_what_is_refused_is_told_so(bool inPieces)
    {
        using var backEnd = new StrictBackEnd();
        var failures = new ConcurrentQueue<string>();
        await using (var nodes = new HttpNodes())
        {
            await nodes.StartAsync(backEnd.EndPoint);
            await Parallel.ForEachAsync(
                SmugglingCorpus.Variants.Index(), new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (item, _) =>
                {
                    string answers = await ExchangeAsync(nodes, item.Item, item.Item.BytesFor(item.Index), inPieces);
                    if (Problem(item.Item, answers, inPieces) is { } problem)
                    {
                        failures.Enqueue($"{item.Item.Name}: {problem}; the client got: {answers}");
                    }
                });
        }
        Assert.True(failures.IsEmpty, string.Join(Environment.NewLine, failures));
        await backEnd.EndAsync();

        Assert.True(backEnd.Violations.IsEmpty, string.Join(Environment.NewLine, backEnd.Violations));
        Assert.Empty(backEnd.Targets.Where(t => t.Contains("hidden", StringComparison.Ordinal)).Select(t => SmugglingCorpus.Variants[int.Parse(t[^3..], CultureInfo.InvariantCulture)].Name));
        // Exactly one of each that passes, none of those that are refused.
        List<string> expected = [.. SmugglingCorpus.Variants.Index().Where(v => v.Item.Passes).Select(v => $"/v{v.Index:D3}")];
        Assert.Equal(expected.Order(), backEnd.Targets.Select(t => Own().Match(t).Value).Order());
    }

    [GeneratedRegex(@"/v\d+")]
    private static partial Regex Own();

    [GeneratedRegex(@"^HTTP/1\.1 (?!1)(\d+)", RegexOptions.Multiline)]
    private static partial Regex Statuses();

    private static string? Problem(SmugglingVariant variant, string answers, bool inPieces)
    {
        List<string> statuses = [.. Statuses().Matches(answers).Select(m => m.Groups[1].Value)];
        string seen = answers is Silence or Reset ? answers : statuses.Count == 0 ? "an end" : string.Join(' ', statuses);
        bool isRight = variant switch
        {
            { Passes: true } => seen is "200" or "200 400",
            // A piece that meets a closed socket takes the answer that was on its way with it.
            _ when inPieces && seen == Reset => true,
            { Refusal: SmugglingVariant.Cut } => seen == Reset,
            { Refusal: SmugglingVariant.Ended } => seen == "an end",
            _ => seen == variant.Refusal,
        };
        return isRight ? null : $"expected {(variant.Passes ? "200" : variant.Refusal)}, saw {seen}";
    }

    private static async Task<string> ExchangeAsync(HttpNodes nodes, SmugglingVariant variant, string request, bool inPieces)
    {
        using HttpClientSocket client = await nodes.ConnectAsync();
        string first = "";
        try
        {
            // Every line end is a place to stop at.
            foreach (string piece in inPieces ? LineEnds().Split(request) : [request])
            {
                await client.SendAsync(piece);
            }
            if (variant.Passes)
            {
                first = await client.ReadToAsync("\r\n\r\n");
            }
            if (variant.Passes || variant.IsUnfinished)
            {
                client.HalfClose();
            }
            return first + await client.ReadToEndAsync();
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            return first.Length > 0 ? first : Reset;
        }
        catch (OperationCanceledException)
        {
            return Silence;
        }
    }

    [GeneratedRegex("(?<=\r)|(?<=\n)")]
    private static partial Regex LineEnds();
}
