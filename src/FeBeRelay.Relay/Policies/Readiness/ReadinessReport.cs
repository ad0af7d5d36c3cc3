using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Policies.Readiness;

/// <summary>What Secure Server would have done to a flow that went clear.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReadinessVerdict>))]
internal enum ReadinessVerdict
{
    /// <summary>Its connections would have failed.</summary>
    [JsonStringEnumMemberName("fails")]
    Fails,
    /// <summary>The log does not say whether the peer can be reached protected.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
    /// <summary>It would have gone protected: the peer was reached so in the same time.</summary>
    [JsonStringEnumMemberName("passes")]
    Passes,
}

/// <summary>Clear connections of one source, by one rule, for one cause. Public surface of <c>policy readiness --json</c>: fields are added, never renamed.</summary>
/// <param name="Verdict">What would have become of them.</param>
/// <param name="Direction"><c>in</c> or <c>out</c>.</param>
/// <param name="Name">The service or relay endpoint.</param>
/// <param name="Source">Inward the address that they came from, outward the peer node.</param>
/// <param name="Rule">The rule that let them pass.</param>
/// <param name="Cause">Why it did, as in the security log.</param>
/// <param name="Connections">How many.</param>
/// <param name="Bytes">Of those that have ended, both ways.</param>
/// <param name="First">When the first began.</param>
/// <param name="Last">When the last began.</param>
/// <param name="Reason">Why they would have failed, or would not, and what to do.</param>
internal sealed record ReadinessFinding(
    ReadinessVerdict Verdict, string Direction, string Name, string Source, string Rule, string Cause, long Connections, ulong Bytes, DateTimeOffset First, DateTimeOffset Last, string Reason);

/// <summary>A way past this node that protects nothing.</summary>
/// <param name="Name">The service or relay endpoint.</param>
/// <param name="Problem">What answers there, and what to do.</param>
internal sealed record ReadinessWay(string Name, string Problem);

/// <summary>Had Secure Server been in force: what would have failed.</summary>
/// <param name="Since">Since when the log was looked through.</param>
/// <param name="LogBegins">When the log begins; null without any line.</param>
/// <param name="Gap">What the log cannot tell, or null.</param>
/// <param name="Findings">Clear flows, the worst first.</param>
/// <param name="OtherWays">Ways past this node.</param>
internal sealed record ReadinessReport(
    DateTimeOffset Since, DateTimeOffset? LogBegins, string? Gap, IReadOnlyList<ReadinessFinding> Findings, IReadOnlyList<ReadinessWay> OtherWays)
{
    /// <summary>Whether nothing stands against Secure Server, and the log is able to say so.</summary>
    public bool IsReady => Gap is null && OtherWays.Count == 0 && Findings.All(finding => finding.Verdict == ReadinessVerdict.Passes);

    /// <summary>Connections that would have failed.</summary>
    public long Failing => Findings.Where(finding => finding.Verdict == ReadinessVerdict.Fails).Sum(finding => finding.Connections);
}
