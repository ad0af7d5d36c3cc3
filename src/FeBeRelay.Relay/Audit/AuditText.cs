using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeBeRelay.Relay.Audit;

/// <summary>Events as JSON. The platform's own escaping leaves nothing but printable ASCII: no line break, escape or bidirectional mark of a stranger gets out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CutText), typeof(LowerCaseEnum<AuditCategory>), typeof(LowerCaseEnum<AuditOutcome>), typeof(LowerCaseEnum<FailurePoint>), typeof(LowerCaseEnum<ClearCause>)])]
[JsonSerializable(typeof(AuditEvent))]
internal sealed partial class AuditText : JsonSerializerContext
{
    /// <summary>Characters of one text; what is longer is cut and ends in an ellipsis.</summary>
    public const int MaxLength = 2_048;

    public static byte[] Write(AuditEvent one) => JsonSerializer.SerializeToUtf8Bytes(one, Default.AuditEvent);

    /// <exception cref="JsonException">Not an event.</exception>
    public static AuditEvent Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, Default.AuditEvent) ?? throw new JsonException("null is not an event");

    private sealed class CutText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Length <= MaxLength ? value : string.Concat(value.AsSpan(0, MaxLength - 1), "\u2026"));
    }

    private sealed class LowerCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
        where T : struct, Enum;
}
