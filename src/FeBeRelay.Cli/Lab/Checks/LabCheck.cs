using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Xml;
using FeBeRelay.Cli.Lab.Wiretapping;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>
/// Drives everything the sample back end can do through one endpoint after the other, one check after the other. Each sends a random marker
/// of its own; where a wiretap is given, a last result tells whether it could read any of them.
/// </summary>
internal sealed class LabCheck(IReadOnlyList<LabEndpoint> endpoints, TimeProvider time, Wiretap? link = null, Wiretap? clear = null)
{
    private const int MarkerLength = 24;
    private const string MarkerAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A check that hangs is a check that failed; none takes more than a moment.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly (string Name, Func<LabVisit, CancellationToken, Task<string>> Run)[] Checks =
    [
        ("sign-in", SignInCheck.SignInAsync),
        ("inbox", SignInCheck.ReadInboxAsync),
        ("message", MessageCheck.ReadMessageAsync),
        ("attachment", MessageCheck.CarryAttachmentAsync),
        ("PROPFIND", WebDavChecks.PropFindAsync),
        ("SEARCH", WebDavChecks.SearchAsync),
        ("PROPPATCH", WebDavChecks.PropPatchAsync),
        ("MOVE", WebDavChecks.MoveAsync),
        ("streaming notification", NotificationCheck.RunAsync),
        ("long poll", NotificationCheck.LongPollAsync),
        ("WebSocket", WebSocketCheck.RunAsync),
        ("Expect: 100-continue", RequestChecks.ExpectContinueAsync),
        ("chunked upload", RequestChecks.ChunkedUploadAsync),
        ("odd target and headers", RequestChecks.TargetAndHeadersAsync),
        ("HTTP/1.0", RequestChecks.Http10Async),
        ("pipelining", RequestChecks.PipeliningAsync),
        ("half-close", ConnectionEndChecks.HalfCloseAsync),
        ("reset by the back end", ConnectionEndChecks.ServerResetAsync),
        ("reset by the client", ConnectionEndChecks.ClientResetAsync),
    ];

    private readonly Dictionary<string, string> _markers = endpoints
        .SelectMany(endpoint => Checks.Select(check => endpoint.Kind + check.Name))
        .ToDictionary(name => name, _ => RandomNumberGenerator.GetString(MarkerAlphabet, MarkerLength));

    /// <summary>Checks of one endpoint.</summary>
    public static int Count => Checks.Length;

    public IReadOnlyDictionary<string, string> MarkersByCheck => _markers;

    public async IAsyncEnumerable<LabCheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        WiretapCheck? wiretap = link is null ? null : new WiretapCheck(link, clear);
        foreach (string marker in _markers.Values)
        {
            wiretap?.Watch(marker);
        }

        foreach (LabEndpoint endpoint in endpoints)
        {
            foreach ((string name, Func<LabVisit, CancellationToken, Task<string>> run) in Checks)
            {
                yield return await RunOneAsync(endpoint, endpoint.Kind + name, run, cancellation);
            }
        }

        if (wiretap is not null)
        {
            yield return wiretap.Judge(_markers);
        }
    }

    private async Task<LabCheckResult> RunOneAsync(LabEndpoint endpoint, string name, Func<LabVisit, CancellationToken, Task<string>> run, CancellationToken cancellation)
    {
        using var visit = new LabVisit(endpoint, _markers[name]);
        using var late = new CancellationTokenSource(Deadline, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        long start = time.GetTimestamp();
        try
        {
            return Result(ok: true, await run(visit, ends.Token));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return Result(ok: false, $"no answer within {Deadline.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is LabCheckFailedException or HttpRequestException or IOException
            or WebSocketException or XmlException or SocketException)
        {
            return Result(ok: false, Describe(error));
        }

        LabCheckResult Result(bool ok, string detail) =>
            new(name, ok, visit.BytesSent, visit.BytesReceived, time.GetElapsedTime(start), detail);
    }

    /// <summary>Libraries say that a request failed, and only inside of that why.</summary>
    private static string Describe(Exception error) => error.InnerException is { } cause && !error.Message.Contains(cause.Message, StringComparison.Ordinal)
        ? $"{error.Message.TrimEnd('.')}: {Describe(cause)}"
        : error.Message;
}
