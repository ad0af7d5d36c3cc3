using System.Diagnostics.Tracing;
using System.Text.RegularExpressions;

namespace FeBeRelay.Channel.Identity.Kerberos;

/// <summary>
/// Why the platform's Kerberos failed, in its words. The interface gives a coarse code only, the same for a wrong clock and a wrong key; the words are in
/// the runtime's diagnostics, told on the thread that failed. Listened to only while a token is made or taken: other users of that source are slowed by it.
/// </summary>
internal sealed partial class TicketReasons : EventListener
{
    private const string Source = "Private.InternalDiagnostics.System.Net.Security";

    [ThreadStatic]
    private static string? _reason;

    private static readonly Lock Counting = new();
    private static readonly TicketReasons Instance = new();
    private static EventSource? _source;
    private static int _users;

    /// <summary>Does something that may fail, and has its reason for this thread's <see cref="Take"/>.</summary>
    public static T Listening<T>(Func<T> step)
    {
        _reason = null;
        Use(+1);
        try
        {
            return step();
        }
        finally
        {
            Use(-1);
        }
    }

    /// <summary>The reason of what this thread did last, null where none is known, with what to do about it.</summary>
    public static string? Take()
    {
        string? reason = _reason is null ? null : CertificateNames.Printable(_reason);
        _reason = null;
        return reason is null ? null
            : Fixes.FirstOrDefault(fix => reason.Contains(fix.Words, StringComparison.OrdinalIgnoreCase)).Fix is { } known ? $"{reason}; {known}"
            : reason;
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name != Source)
        {
            return;
        }
        lock (Counting)
        {
            _source = eventSource;
            if (_users > 0)
            {
                // The runtime makes it at its first use, which may be what is listened to.
                EnableEvents(eventSource, EventLevel.Error, EventKeywords.All);
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload?.LastOrDefault() is string text && Failure().Match(text.Split('\n')[0]) is { Success: true } failure)
        {
            _reason = failure.Groups["minor"].Success ? failure.Groups["minor"].Value : failure.Groups["major"].Value;
        }
    }

    private static IReadOnlyList<(string Words, string Fix)> Fixes { get; } =
    [
        ("Clock skew", "set the clocks of both nodes and of the KDC right"),
        ("Ticket expired", "the ticket is over by this node's clock: set the clocks right, or get another (a keytab does that by itself)"),
        ("not yet valid", "set the clocks of both nodes and of the KDC right"),
        ("not found in keytab", "the keytab has not the key that the ticket is for: extract it anew for this principal (ktadd)"),
        ("Decrypt integrity check failed", "the key in the keytab is not the KDC's: extract it anew (ktadd)"),
        ("not found in Kerberos database", "name a principal that the KDC has, in the realm that krb5.conf gives for its host"),
        ("Cannot contact any KDC", "see that the KDC of krb5.conf runs and can be reached"),
        ("Cannot find KDC for realm", "name the realm's KDC in krb5.conf"),
        ("No Kerberos credentials available", "name a keytab in node:kerberos:keytab, or get a ticket (kinit)"),
        ("Request is a replay", "somebody sent a recorded ticket, or two clocks are wrong"),
    ];

    private static void Use(int more)
    {
        lock (Counting)
        {
            int before = _users;
            _users += more;
            if (_source is null || (before > 0 && _users > 0))
            {
                return;
            }
            if (_users > 0)
            {
                Instance.EnableEvents(_source, EventLevel.Error, EventKeywords.All);
            }
            else
            {
                Instance.DisableEvents(_source);
            }
        }
    }

    [GeneratedRegex(@"GSSAPI operation failed with error - (?<major>.*?)\s*(\((?<minor>(?!No error|Unknown error).*)\))?\.?\s*$", RegexOptions.Singleline)]
    private static partial Regex Failure();
}
