using System.Text.Json;
using System.Text.Json.Nodes;
using FeBeRelay.Relay.Management;
using Xunit;

namespace FeBeRelay.Relay.Tests.Management;

/// <summary>docs/openapi.json is the description that a node gives of its API.</summary>
public sealed class ApiDescriptionTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_description_on_paper_is_the_one_that_is_served()
    {
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();
        using HttpClient client = nodes.Client(ManagementRole.Viewer);
        string served = await client.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);
        string expected = JsonNode.Parse(served)!.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
        string path = Path.Combine(RepositoryRoot(), "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("FEBERELAY_WRITE_SCHEMA") == "1")
        {
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);
        }
        Assert.Equal(expected, (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_address_and_every_answer_is_described()
    {
        JsonObject document = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "openapi.json")))!.AsObject();
        Assert.Equal(
            ["/api/v1/associations", "/api/v1/associations/{id}", "/api/v1/associations/{id}/rekey", "/api/v1/events", "/api/v1/health", "/api/v1/monitor", "/api/v1/node", "/api/v1/totals", "/healthz", "/readyz"],
            document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
        Assert.All(document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()), operation =>
        {
            Assert.NotEmpty((string)operation.Value!["summary"]!);
            Assert.NotEmpty((string)operation.Value!["operationId"]!);
        });
        Assert.Contains("keyAdditions", document["components"]!["schemas"]!["TotalsView"]!["properties"]!.AsObject().Select(property => property.Key));
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeBeRelay.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside of the repository");
        }
        return folder;
    }
}
