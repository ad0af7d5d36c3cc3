using System.ComponentModel;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FeBeRelay.Relay.Configuration;

/// <summary>The JSON schema (draft 2020-12) of a node's configuration file, made from the records and their attributes.</summary>
internal static class NodeConfigurationSchema
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    // What EndpointAddress takes, but for the ranges of octets and ports.
    private const string AddressPattern = @"^(unix:/.*[^/]|\[[0-9A-Fa-f:.%]+\]:[0-9]{1,5}|[A-Za-z0-9_.-]+:[0-9]{1,5})$";
    private const string IpAddressPattern = @"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.%]*:[0-9A-Fa-f:.%]*)$";

    private static readonly JsonSerializerOptions Naming = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonSchemaExporterOptions Exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Complete,
    };

    private static readonly JsonSerializerOptions Writing = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string ToText() => Create().ToJsonString(Writing);

    public static JsonObject Create()
    {
        var schema = Naming.GetJsonSchemaAsNode(typeof(NodeConfiguration), Exporter).AsObject();
        var properties = schema["properties"]!.AsObject();
        foreach (var section in NodeConfigurationLoader.ForeignSections.Order(StringComparer.Ordinal))
        {
            properties[section] = new JsonObject { ["description"] = section == "$schema" ? "Where this schema is, for editors." : "A section of .NET's own." };
        }

        schema.Insert(0, "$schema", Dialect);
        schema.Insert(1, "title", typeof(NodeConfiguration).GetCustomAttribute<DescriptionAttribute>()!.Description);
        schema["type"] = "object";
        return schema;
    }

    private static JsonObject Complete(JsonSchemaExporterContext context, JsonNode node)
    {
        var schema = node as JsonObject ?? [];
        Type[] writtenAsText = [typeof(EndpointAddress), typeof(IPAddress)];
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (writtenAsText.Contains(type))
        {
            schema = new JsonObject { ["type"] = "string", ["pattern"] = type == typeof(IPAddress) ? IpAddressPattern : AddressPattern };
        }

        if (context.PropertyInfo?.AttributeProvider is PropertyInfo property && property.DeclaringType!.Namespace == typeof(NodeConfiguration).Namespace)
        {
            schema = Describe(schema, new ConfigurationKey(property), context.PropertyInfo);
        }

        return schema;
    }

    private static JsonObject Describe(JsonObject schema, ConfigurationKey key, JsonPropertyInfo property)
    {
        Constrain(schema, key);
        if (property.IsSetNullable && schema["type"] is JsonValue type && type.GetValueKind() == JsonValueKind.String)
        {
            schema["type"] = new JsonArray(type.GetValue<string>(), "null");
        }

        schema.Remove("description");
        schema.Insert(0, "description", key.Description);
        if (key.Example is { } example)
        {
            schema["examples"] = new JsonArray(JsonNode.Parse(example));
        }

        if (!key.IsRequired && DefaultOf(key) is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }

    private static void Constrain(JsonObject schema, ConfigurationKey key)
    {
        var value = key.Shape == KeyShape.List ? schema["items"]!.AsObject() : schema;
        if (key.Range is { } range)
        {
            value["minimum"] = (int)range.Minimum;
            value["maximum"] = (int)range.Maximum;
        }

        if (key.AllowedValues is { } choices)
        {
            value["enum"] = new JsonArray([.. choices.Values.Select(choice => JsonValue.Create((string)choice!))]);
        }

        if (key.Form is { } form && key.Shape == KeyShape.Dictionary)
        {
            schema["propertyNames"] = new JsonObject { ["pattern"] = form.Pattern };
        }
        else if (key.Form is { } text)
        {
            value["pattern"] = text.Pattern;
        }

        if (key.MustHaveElements)
        {
            schema[key.Shape == KeyShape.List ? "minItems" : "minProperties"] = 1;
        }
    }

    private static JsonNode? DefaultOf(ConfigurationKey key)
    {
        var section = Activator.CreateInstance(key.Property.DeclaringType!);
        var value = key.Property.GetValue(section);
        return key.Shape is KeyShape.Value or KeyShape.List && value is not null ? JsonSerializer.SerializeToNode(value, value.GetType()) : null;
    }
}
