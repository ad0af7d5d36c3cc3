using System.Globalization;
using System.Text.Json;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Configuration.Validation;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Fleet;

/// <summary>A bundle, or all that is wrong with it.</summary>
internal sealed record BundleReadResult(PolicyBundle? Bundle, IReadOnlyList<ConfigurationError> Errors);

/// <summary>Reads the JSON of a bundle, by the same rules as a configuration.</summary>
internal static class BundleReader
{
    private static readonly HashSet<string> NoOtherKeys = ["$schema"];

    /// <param name="json">UTF-8; comments and trailing commas are allowed.</param>
    public static BundleReadResult Read(byte[] json)
    {
        var errors = new ConfigurationErrors();
        BundleSettings? settings = Bind(json, errors);
        if (settings is null || errors.All.Count > 0)
        {
            return new BundleReadResult(null, errors.All);
        }
        List<PolicyUnit> units = [];
        Collect("root", settings.Root, new Place("root", null), units, errors, settings);
        ReportRepetitions(units, errors);
        DateTimeOffset? activate = settings.Activate is null ? null : Time("activate", settings.Activate, errors);
        DateTimeOffset notAfter = Time("notAfter", settings.NotAfter, errors);
        if (activate >= notAfter)
        {
            errors.Add("activate", settings.Activate, "is not before notAfter", "write an earlier time, or a later notAfter");
        }
        return errors.All.Count > 0
            ? new BundleReadResult(null, errors.All)
            : new BundleReadResult(new PolicyBundle(settings.Fleet, settings.Version, notAfter, activate, units), []);
    }

    private static BundleSettings? Bind(byte[] json, ConfigurationErrors errors)
    {
        try
        {
            IConfigurationRoot values = new ConfigurationBuilder().AddJsonStream(new MemoryStream(json)).Build();
            return new SectionBinder(new ValueReader(Path.GetTempPath(), errors), errors).Bind<BundleSettings>(values, NoOtherKeys);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidDataException)
        {
            errors.Add("", null, $"is not JSON: {(e.InnerException ?? e).Message.TrimEnd('.')}", "correct the text at that place");
            return null;
        }
    }

    private static void Collect(string key, UnitSettings settings, Place place, List<PolicyUnit> units, ConfigurationErrors errors, BundleSettings bundle)
    {
        var unit = new PolicyUnit(place.Name, null, settings.Nodes, place.Parent);
        if (settings.Policy is not null)
        {
            string name = $"{bundle.Fleet}{unit.Path} v{bundle.Version.ToString(CultureInfo.InvariantCulture)}";
            PolicyValidator.ValidatePolicy($"{key}:policy", name, settings.Policy, errors);
            unit = unit with { Policy = NodePolicyFactory.Create(name, settings.Policy) };
        }
        units.Add(unit);
        foreach ((string name, UnitSettings child) in settings.Units)
        {
            if (name.Contains('/', StringComparison.Ordinal) || string.IsNullOrWhiteSpace(name))
            {
                errors.Add($"{key}:units:{name}", null, "is not a name of a unit", "write 1 to 64 characters without a slash");
            }
            Collect($"{key}:units:{name}", child, new Place(name, unit), units, errors, bundle);
        }
    }

    /// <summary>A node is found by its unit's name, so a name stands for one unit; and a node is named in one only.</summary>
    private static void ReportRepetitions(List<PolicyUnit> units, ConfigurationErrors errors)
    {
        foreach (IGrouping<string, PolicyUnit> same in units.Skip(1).GroupBy(unit => unit.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            errors.Add("root", same.Key, $"is the name of {same.Count()} units: {string.Join(", ", same.Select(unit => unit.Path))}", "give each unit a name of its own");
        }
        IEnumerable<(string Node, PolicyUnit Unit)> named = units.SelectMany(unit => unit.Nodes.Select(node => (node, unit)));
        foreach (IGrouping<string, (string Node, PolicyUnit Unit)> same in named.GroupBy(n => n.Node, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            errors.Add("root", same.Key, $"is named in {string.Join(" and ", same.Select(n => n.Unit.Path))}", "name a node in one unit");
        }
    }

    private static DateTimeOffset Time(string key, string text, ConfigurationErrors errors)
    {
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return time;
        }
        errors.Add(key, text, "is no time of the calendar", $"write {BundleSettings.TimeForm}");
        return default;
    }

    private sealed record Place(string Name, PolicyUnit? Parent);
}
