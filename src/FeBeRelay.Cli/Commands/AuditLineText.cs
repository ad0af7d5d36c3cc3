using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Cli.Commands;

/// <summary>Lines of a log for people: time, number, name, and what else the event says. What does not read as an event is shown escaped.</summary>
internal static class AuditLineText
{
    // Told by the columns, or of use to a program only.
    private static readonly HashSet<string> Left = ["n", "time", "id", "name", "windows", "category", "outcome", "node", "hash", "signature", "signer", "previous"];

    public static AuditEvent? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            return AuditText.Read(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Of(ReadOnlyMemory<byte> line)
    {
        if (TryRead(line.Span) is not { } one)
        {
            return $"? {JavaScriptEncoder.Default.Encode(System.Text.Encoding.Latin1.GetString(line.Span))}";
        }
        using var json = JsonDocument.Parse(line);
        // The raw text is what stands in the log: escaped, whatever a stranger put into it.
        var fields = json.RootElement.EnumerateObject().Where(field => !Left.Contains(field.Name)).Select(field => $"{field.Name}={Raw(field.Value)}");
        var mark = one.Outcome == AuditOutcome.Failure ? "failure" : "success";
        return string.Create(
            CultureInfo.InvariantCulture, $"{one.Time:yyyy-MM-ddTHH:mm:ss.fffZ} {one.Number,7} {one.Id,5} {mark} {one.Name} {string.Join(' ', fields)}").TrimEnd();
    }

    private static string Raw(JsonElement value)
    {
        var text = value.GetRawText();
        return value.ValueKind == JsonValueKind.String && !text.Contains(' ') && !text.Contains('\\') ? text[1..^1] : text;
    }
}
