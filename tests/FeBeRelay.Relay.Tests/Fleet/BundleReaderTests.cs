using System.Text;
using FeBeRelay.Relay.Fleet;
using Xunit;

namespace FeBeRelay.Relay.Tests.Fleet;

/// <summary>What a bundle says, and everything that is wrong with one, by its place.</summary>
public sealed class BundleReaderTests : IDisposable
{
    private readonly FleetSite _site = new();

    public void Dispose() => _site.Dispose();

    [Theory]
    [InlineData("fe1.lab.test", "Front Ends", "/Front Ends", "secureServer")]
    [InlineData("fe1.lab.test", "front ends", "/Front Ends", "secureServer")]
    [InlineData("fe1.lab.test", "Web", "/Front Ends/Web", "secureServer")]
    [InlineData("fe1.lab.test", "Strangers", "/", "server")]
    [InlineData("pinned.lab.test", "Strangers", "/Front Ends/Pinned", "client")]
    [InlineData("PINNED.lab.test", "Web", "/Front Ends/Pinned", "client")]
    public void A_node_belongs_to_the_unit_that_names_it_else_to_that_of_its_certificate_else_to_the_root_and_the_nearest_policy_wins(
        string name, string organizationalUnit, string path, string posture)
    {
        PolicyBundle bundle = Assert.IsType<PolicyBundle>(BundleReader.Read(_site.Json(3)).Bundle);
        PolicyUnit unit = bundle.UnitOf([name], [organizationalUnit]);
        Assert.Equal((path, posture), (unit.Path, unit.NearestWithPolicy?.Policy?.Posture.Name));
    }

    [Fact]
    public void Of_two_units_of_a_certificate_the_deeper_counts()
    {
        PolicyBundle bundle = BundleReader.Read(_site.Json(3)).Bundle!;
        Assert.Equal("/Front Ends/Web", bundle.UnitOf(["x"], ["Front Ends", "Web"]).Path);
    }

    [Theory]
    [InlineData("[", "", "is not JSON")]
    [InlineData("""{ "version": 1, "notAfter": "2027-01-01T00:00:00Z", "root": {} }""", "fleet", "is missing")]
    [InlineData("""{ "fleet": "a", "version": 0, "notAfter": "2027-01-01T00:00:00Z", "root": {} }""", "version", "out of range")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "2027-02-30T00:00:00Z", "root": {} }""", "notAfter", "no time of the calendar")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "soon", "root": {} }""", "notAfter", "must be a time in UTC")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "2027-01-01T00:00:00Z", "activate": "2027-01-01T00:00:00Z", "root": {} }""", "activate", "not before notAfter")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "2027-01-01T00:00:00Z", "root": { "polici": {} } }""", "root:polici", "is not a known key")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "2027-01-01T00:00:00Z", "root": { "units": { "A": { "units": { "a": {} } } } } }""", "root", "is the name of 2 units: /A, /A/a")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "2027-01-01T00:00:00Z", "root": { "nodes": [ "n.lab.test" ], "units": { "A": { "nodes": [ "N.lab.test" ] } } } }""", "root", "is named in / and /A")]
    [InlineData("""{ "fleet": "a", "version": 1, "notAfter": "2027-01-01T00:00:00Z", "root": { "policy": { "rules": { "r": { "action": "block", "soft": true } } } } }""", "root:policy:rules:r:soft", "counts with the action negotiate only")]
    public void What_is_wrong_is_named_with_its_place(string json, string key, string problem)
    {
        BundleReadResult read = BundleReader.Read(Encoding.UTF8.GetBytes(json));
        Assert.Null(read.Bundle);
        Assert.Contains(read.Errors, e => e.Key == key && e.Problem.Contains(problem, StringComparison.Ordinal) && e.Fix.Length > 0);
    }
}
