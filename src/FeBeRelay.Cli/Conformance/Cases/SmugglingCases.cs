using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Row 27: no request is read as two.</summary>
internal static class SmugglingCases
{
    private static readonly string Sent = string.Create(
        CultureInfo.InvariantCulture, $"{AmbiguousRequests.Count} requests that can be read in two ways, a second one hidden in each: length and chunks, bare line feeds, odd codings");

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(27, "a", "No request is read as two", Sent, "Each refused, or one request by the letter of RFC 9112, or the same bytes on a connection of its own", HarmlessAsync),
        new(27, "b", "Ambiguous requests arrive byte by byte", Sent, "The same bytes, on a connection of the client's own", FaithfulAsync),
        new(27, "c", "The operator is told of ambiguous requests", Sent, "For each a line in the proxy's log that an ordinary request does not leave", ToldAsync, CasePhase.Log),
    ];

    private static async Task HarmlessAsync(Visit visit)
    {
        List<AmbiguousOutcome> outcomes = await AmbiguousRequests.SendAsync(visit).ToListAsync();
        List<string> harms = [.. outcomes.Where(o => o.Harm is not null).Select(o => $"{o.Name}: {o.Harm}")];
        visit.Detail = string.Create(CultureInfo.InvariantCulture, $"{outcomes.Count(o => o.Arrived.Count == 0)} refused, {outcomes.Count(o => o.IsFaithful)} unchanged");
        Demand.That(harms.Count == 0, $"{harms.Count} of {outcomes.Count}; {string.Join("; ", harms)}");
    }

    private static async Task FaithfulAsync(Visit visit)
    {
        List<AmbiguousOutcome> outcomes = await AmbiguousRequests.SendAsync(visit).ToListAsync();
        List<string> others = [.. outcomes.Where(o => !o.IsFaithful).Select(o => o.Name)];
        Demand.That(others.Count == 0, $"{others.Count} of {outcomes.Count} were refused or changed");
    }

    private static async Task ToldAsync(Visit visit)
    {
        var log = new LogReader(visit.Settings.ReadLog!);
        // Twice: the first request of all may leave lines of its own.
        for (int i = 0; i < 2; i++)
        {
            await AmbiguousRequests.SendOrdinaryAsync(visit);
            await log.LearnAsync();
        }
        var untold = new List<string>();
        await foreach (AmbiguousOutcome outcome in AmbiguousRequests.SendAsync(visit))
        {
            if (!await log.HasNewsAsync(isPatient: untold.Count == 0))
            {
                untold.Add(outcome.Name);
            }
        }
        Demand.That(untold.Count == 0, $"nothing was told of {untold.Count} of {AmbiguousRequests.Count}: {string.Join(", ", untold)}");
    }
}
