using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>The end of a connection arrives on the far side as what it was: half an end, or a reset.</summary>
internal static class ConnectionEndChecks
{
    /// <summary>The back end says nothing before it has seen the client's end, so this proves that the end travels alone.</summary>
    public static async Task<string> HalfCloseAsync(LabVisit visit, CancellationToken cancellation)
    {
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync(RequestChecks.Head("GET", $"/lab/after-half-close?{visit.Marker}", visit), cancellation);
        connection.ShutdownSend();
        RawHead answer = await connection.ReadHeadAsync(cancellation);
        Expect.Equal(200, answer.Status, "status");
        Expect.Equal(visit.Marker, await connection.ReadExactlyAsync(visit.Marker.Length, cancellation), "beginning of the answer");
        RawEnd end = await connection.ReadToEndAsync(cancellation);
        Expect.Equal(new RawEnd(ConnectionEnds.LongAnswerLength - visit.Marker.Length, WasReset: false), end, "rest of the answer");
        return $"{ConnectionEnds.LongAnswerLength >> 20} MiB came after the client had shut its sending half";
    }

    public static async Task<string> ServerResetAsync(LabVisit visit, CancellationToken cancellation)
    {
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync(RequestChecks.Head("POST", "/lab/reset", visit, $"Content-Length: {visit.Marker.Length}"), cancellation);
        Expect.Equal(200, (await connection.ReadHeadAsync(cancellation)).Status, "status");
        string beginning = await connection.ReadExactlyAsync(ConnectionEnds.BytesBeforeReset, cancellation);
        Expect.Contains(visit.Marker, beginning, "beginning of the answer");
        await connection.SendAsync(visit.Marker, cancellation);
        Expect.Equal(new RawEnd(0, WasReset: true), await connection.ReadToEndAsync(cancellation), "end of the torn answer");
        return "half an answer, then a reset, not an end";
    }

    public static async Task<string> ClientResetAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = $"/lab/interrupted/{visit.Marker}";
        using RawConnection connection = await visit.OpenRawAsync(cancellation);
        await connection.SendAsync(RequestChecks.Head("POST", path, visit, "Content-Length: 1000000"), cancellation);
        await connection.SendAsync(visit.Marker, cancellation);
        Expect.Equal(200, (await connection.ReadHeadAsync(cancellation)).Status, "status");
        connection.Reset();
        string outcome = await visit.Http.GetStringAsync(new Uri(path, UriKind.Relative), cancellation);
        Expect.Equal("reset", outcome, "end of the upload as the back end saw it");
        return "a reset in the middle of an upload, seen as a reset by the back end";
    }
}
