using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FeBeRelay.Relay.Tests.Configuration;

/// <summary>The part of JSON schema that the configuration's schema uses: paths of a document that do not satisfy it.</summary>
internal static class SchemaCheck
{
    public static IEnumerable<string> Violations(JsonObject schema, JsonNode? value, string path = "")
    {
        if (!TypesOf(schema).Contains(KindOf(value)) && schema.ContainsKey("type"))
        {
            return [$"{path}: type"];
        }

        return value switch
        {
            JsonObject members => OfObject(schema, members, path),
            JsonArray items => OfArray(schema, items, path),
            JsonValue scalar => OfScalar(schema, scalar, path),
            _ => [],
        };
    }

    private static IEnumerable<string> OfObject(JsonObject schema, JsonObject members, string path)
    {
        var properties = schema["properties"]?.AsObject() ?? [];
        var missing = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).Where(name => !members.ContainsKey(name)).Select(name => $"{path}:{name}: required");
        var tooFew = (int?)schema["minProperties"] > members.Count ? [$"{path}: minProperties"] : Array.Empty<string>();
        var within = members.SelectMany(member => properties[member.Key] is JsonObject known ? Violations(known, member.Value, $"{path}:{member.Key}")
            : schema["additionalProperties"] is JsonObject other ? NameViolations(schema, member.Key, path).Concat(Violations(other, member.Value, $"{path}:{member.Key}"))
            : schema["additionalProperties"] is JsonValue closed && !(bool)closed ? [$"{path}:{member.Key}: additionalProperties"]
            : []);
        return missing.Concat(tooFew).Concat(within);
    }

    private static IEnumerable<string> NameViolations(JsonObject schema, string name, string path)
        => Matches(schema["propertyNames"]?["pattern"], name) ? [] : [$"{path}:{name}: propertyNames"];

    private static IEnumerable<string> OfArray(JsonObject schema, JsonArray items, string path)
        => ((int?)schema["minItems"] > items.Count ? [$"{path}: minItems"] : Array.Empty<string>())
            .Concat(items.SelectMany((item, i) => Violations(schema["items"]!.AsObject(), item, $"{path}:{i}")));

    private static IEnumerable<string> OfScalar(JsonObject schema, JsonValue value, string path)
    {
        if (value.GetValueKind() == JsonValueKind.Number && ((int)value < ((int?)schema["minimum"] ?? int.MinValue) || (int)value > ((int?)schema["maximum"] ?? int.MaxValue)))
        {
            yield return $"{path}: range";
        }

        if (value.GetValueKind() == JsonValueKind.String && !Matches(schema["pattern"], (string)value!))
        {
            yield return $"{path}: pattern";
        }

        if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
        {
            yield return $"{path}: enum";
        }
    }

    private static bool Matches(JsonNode? pattern, string text) => pattern is null || Regex.IsMatch(text, (string)pattern!);

    private static IEnumerable<string> TypesOf(JsonObject schema)
        => schema["type"] is JsonArray several ? several.Select(type => (string)type!) : [(string?)schema["type"] ?? ""];

    private static string KindOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "integer",
        _ => "boolean",
    };
}
