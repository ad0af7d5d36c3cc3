using System.Text.Json;
using System.Text.Json.Nodes;
using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

public sealed class NodeConfigurationSchemaTests
{
    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly JsonObject _schema = NodeConfigurationSchema.Create();

    [Fact]
    public void The_documented_file_satisfies_the_schema()
        => Assert.Empty(SchemaCheck.Violations(_schema, Sample()));

    [Theory]
    [InlineData("node:drainSeconds", "3601", "range")]
    [InlineData("node:drainSeconds", "\"30\"", "type")]
    [InlineData("node:suites:0", "\"rc4\"", "enum")]
    [InlineData("node:trustedRoots", "[]", "minItems")]
    [InlineData("node:colour", "1", "additionalProperties")]
    [InlineData("colour", "1", "additionalProperties")]
    [InlineData("nodes:be1:address", "\"be1\"", "pattern")]
    [InlineData("nodes:be1:address", "null", "type")]
    [InlineData("nodes:be1:sourceAddress", "\"here\"", "pattern")]
    [InlineData("relay:endpoints:owa:service", "\"OWA\"", "pattern")]
    [InlineData("listener:services:OWA", "{ \"backEnd\": \"127.0.0.1:80\", \"peers\": [ \"a\" ] }", "propertyNames")]
    [InlineData("listener:services", "{}", "minProperties")]
    [InlineData("listener:listen:0", "\"8443\"", "pattern")]
    [InlineData("relay:endpoints:owa:enquiry", "\"yes\"", "enum")]
    [InlineData("relay:endpoints:owa:clearTo", "\"be1\"", "pattern")]
    [InlineData("listener:services:owa:listen", "80", "type")]
    [InlineData("policy:policies:migration:posture", "\"open\"", "enum")]
    [InlineData("policy:policies:migration:rules:imap:action", "\"allow\"", "enum")]
    [InlineData("policy:policies:migration:rules:imap:fallback:tries", "0", "range")]
    [InlineData("policy:policies:migration:rules:imap:filters:0:port", "70000", "range")]
    [InlineData("policy:policies:migration:rules:imap:filters:0:colour", "1", "additionalProperties")]
    public void What_the_reader_refuses_the_schema_refuses_too(string key, string json, string rule)
    {
        var sample = Sample();
        Set(sample, key.Split(':'), JsonNode.Parse(json));

        Assert.Equal($":{key}: {rule}", Assert.Single(SchemaCheck.Violations(_schema, sample)));
    }

    [Fact]
    public void Required_keys_are_required_by_the_schema()
        => Assert.Equal([":node: required"], SchemaCheck.Violations(_schema, new JsonObject()));

    [Fact]
    public void Every_key_of_the_records_is_in_the_schema_with_its_description()
    {
        foreach (var (path, key) in ConfigurationKey.Tree(typeof(NodeConfiguration)))
        {
            var schema = Find(path.Split(':'));
            Assert.True(schema is not null, $"{path} is not in the schema");
            Assert.NotEmpty(key.Description);
            Assert.Equal(key.Description, (string?)schema["description"]);
        }
    }

    [Fact]
    public void Every_number_has_a_range_and_every_number_its_default()
    {
        foreach (var (path, key) in ConfigurationKey.Tree(typeof(NodeConfiguration)).Where(entry => entry.Key.ElementType == typeof(int)))
        {
            Assert.True(key.Range is not null, $"{path} has no range");
            var schema = Find(path.Split(':'))!;
            Assert.InRange((int)schema["default"]!, (int)schema["minimum"]!, (int)schema["maximum"]!);
        }
    }

    [Fact]
    public void It_names_its_dialect_and_defaults()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)_schema["$schema"]);
        Assert.Equal("""["aes256-gcm","aes128-gcm"]""", Find(["node", "suites"])!["default"]!.ToJsonString());
        Assert.Equal(28_800, (int)Find(["lifetimes", "associationSeconds"])!["default"]!);
    }

    private static JsonNode Sample() => JsonNode.Parse(ConfigurationFolder.FrontEnd, documentOptions: Commented)!;

    private static void Set(JsonNode node, string[] path, JsonNode? value)
    {
        foreach (var part in path[..^1])
        {
            node = int.TryParse(part, out var index) ? node[index]! : node[part]!;
        }

        if (node is JsonArray list)
        {
            list[int.Parse(path[^1])] = value;
        }
        else
        {
            node[path[^1]] = value;
        }
    }

    private JsonObject? Find(IEnumerable<string> path)
        => path.Aggregate<string, JsonObject?>(_schema, (schema, part) => (part switch
        {
            "NAME" => schema?["additionalProperties"],
            "0" => schema?["items"],
            _ => schema?["properties"]?[part],
        }) as JsonObject);
}
