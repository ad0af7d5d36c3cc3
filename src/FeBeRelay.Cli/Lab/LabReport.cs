using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeBeRelay.Cli.Lab.Checks;
using FeBeRelay.Cli.Lab.Wiretapping;

namespace FeBeRelay.Cli.Lab;

/// <summary>Everything a run of the checks found out: what <c>lab --check --json</c> prints.</summary>
internal sealed record LabReport(bool Ok, IReadOnlyList<LabCheckResult> Checks, AssociationSummary Association, WiretapReport Wiretap)
{
    public static LabReport Of(IReadOnlyList<LabCheckResult> results, LabCheck check, LabBench bench) =>
        new(results.All(result => result.Ok), results, bench.Tunnel.Association, WiretapReport.Of(check, bench));

    public string ToJson()
    {
        var document = new
        {
            Ok,
            Checks = Checks.Select(check => new
            {
                check.Name,
                check.Ok,
                check.BytesSent,
                check.BytesReceived,
                Milliseconds = Math.Round(check.Elapsed.TotalMilliseconds, 1),
                check.Detail,
            }),
            Association = new
            {
                Association.Id,
                Association.Initiator,
                Association.Responder,
                Association.Suite,
                Association.Group,
                AssociationSeconds = (long)Association.AssociationLifetime.TotalSeconds,
                KeySeconds = (long)Association.KeyLifetime.TotalSeconds,
                Association.KeyKilobytes,
                Association.Spis,
            },
            Wiretap = new
            {
                Wiretap.BytesToListener,
                Wiretap.BytesFromListener,
                Wiretap.MarkersSent,
                Wiretap.MarkersDelivered,
                Wiretap.MarkersReadable,
            },
        };
        return JsonSerializer.Serialize(document, Format);
    }

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

/// <summary>What the eavesdropper got, next to what was sent.</summary>
internal sealed record WiretapReport(
    long BytesToListener, long BytesFromListener, int MarkersSent, int MarkersDelivered, int MarkersReadable, byte[] Sent, byte[] OnTheLink)
{
    private const int SampleLength = 48;

    public static WiretapReport Of(LabCheck check, LabBench bench) => new(
        bench.Link.Bytes(WireDirection.ToTarget),
        bench.Link.Bytes(WireDirection.FromTarget),
        check.MarkersByCheck.Count,
        check.MarkersByCheck.Values.Count(marker => bench.Clear.Saw(Encoding.ASCII.GetBytes(marker))),
        check.MarkersByCheck.Values.Count(marker => bench.Link.Saw(Encoding.ASCII.GetBytes(marker))),
        LastMarked(bench.Clear.Sample(WireDirection.ToTarget)),
        bench.Link.Sample(WireDirection.ToTarget).TakeLast(SampleLength).ToArray());

    /// <summary>The end of a header block is dull; the last line with a marker in it shows best what is at stake.</summary>
    private static byte[] LastMarked(byte[] sent)
    {
        int start = Math.Max(0, sent.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes($"{LabVisit.MarkerHeader}: ")));
        return sent.AsSpan(start, Math.Min(SampleLength, sent.Length - start)).ToArray();
    }
}
