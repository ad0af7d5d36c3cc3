using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>
/// An answer that stays open: each event is caused only after the one before it has arrived, so a relay that holds bytes
/// back until more come, or until the answer ends, makes this check hang and fail.
/// </summary>
internal static class NotificationCheck
{
    private const int Events = 3;

    public static async Task<string> RunAsync(LabVisit visit, CancellationToken cancellation)
    {
        // Other people's mail may arrive meanwhile: the stream is left by closing it, not by counting.
        string path = Notifications.PathFor(LabVisit.User) + $"?marker={visit.Marker}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using HttpResponseMessage answer = await visit.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        Expect.Equal(200, (int)answer.StatusCode, "status of the stream");
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        await ReadUntilAsync(lines, "event: connected", cancellation);
        for (int number = 1; number <= Events; number++)
        {
            string subject = $"Event {number} {visit.Marker}";
            await visit.PutMessageAsync(subject, cancellation);
            await ReadUntilAsync(lines, $"data: \"{subject}\"", cancellation);
        }

        await visit.DeleteAsync(LabVisit.MessagePath(Mailbox.Inbox, $"{visit.Marker}.EML"), cancellation);
        return $"{Events} events, each before the next was caused, answer still open";
    }

    /// <summary>The classic long poll: the answer is complete as soon as there is news.</summary>
    public static async Task<string> LongPollAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = Notifications.PathFor(LabVisit.User) + $"?take=1&marker={visit.Marker}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using HttpResponseMessage answer = await visit.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await visit.PutMessageAsync($"Poll {visit.Marker}", cancellation);
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        Expect.Contains($"Poll {visit.Marker}", body, "answer");
        await visit.DeleteAsync(LabVisit.MessagePath(Mailbox.Inbox, $"{visit.Marker}.EML"), cancellation);
        return "held until there was news, then ended";
    }

    private static async Task ReadUntilAsync(StreamReader lines, string wanted, CancellationToken cancellation)
    {
        string? line;
        do
        {
            line = await lines.ReadLineAsync(cancellation);
            Expect.True(line is not null, $"the stream ended before '{wanted}'");
        }
        while (line != wanted);
    }
}
