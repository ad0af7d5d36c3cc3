using System.Text.Json;
using FeBeRelay.Relay.Configuration.Validation;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Configuration;

/// <summary>What stands above the file: environment variables, and above them the command line's settings.</summary>
/// <param name="Environment">All environment variables; those named <c>FEBERELAY_a__b</c> set key <c>a:b</c>.</param>
/// <param name="Settings">Keys and values of <c>--set</c>, in their order.</param>
internal sealed record ConfigurationOverrides(
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<KeyValuePair<string, string?>> Settings)
{
    public static readonly ConfigurationOverrides None = new(new Dictionary<string, string>(), []);
}

/// <summary>Reads a node's configuration and reports everything wrong with it at once.</summary>
internal static class NodeConfigurationLoader
{
    private const string EnvironmentPrefix = "FEBERELAY_";
    private const string EnvironmentSeparator = "__";

    // .NET's own sections, and what tells an editor where the schema is.
    private static readonly HashSet<string> OtherKeys =
        new(["$schema", "Logging", "ReverseProxy", "Kestrel", "AllowedHosts"], StringComparer.OrdinalIgnoreCase);

    public static IReadOnlySet<string> ForeignSections => OtherKeys;

    /// <param name="path">The JSON file; comments and trailing commas are allowed.</param>
    /// <param name="overrides">What stands above the file.</param>
    /// <param name="checks">Further checks, run only on a configuration without errors of its own.</param>
    public static ConfigurationLoadResult Load(string path, ConfigurationOverrides overrides, params IEnumerable<ConfigurationCheck> checks)
    {
        var errors = new ConfigurationErrors();
        var values = BuildValues(path, overrides, errors);
        if (errors.All.Count > 0)
        {
            return new ConfigurationLoadResult(null, values, errors.All);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var configuration = new SectionBinder(new ValueReader(folder, errors), errors).Bind<NodeConfiguration>(values, OtherKeys);
        configuration = configuration with
        {
            Audit = Located(configuration.Audit, path, folder),
            Policy = Located(configuration.Policy, path, folder),
            Management = Located(configuration.Management, path, folder),
        };
        NodeConfigurationValidator.Validate(configuration, values, errors);
        if (errors.All.Count == 0)
        {
            foreach (var error in checks.SelectMany(check => check(configuration)))
            {
                errors.Add(error);
            }
        }

        return errors.All.Count == 0
            ? new ConfigurationLoadResult(configuration, values, [])
            : new ConfigurationLoadResult(null, values, [.. errors.All.Select(error => error with { Origin = OriginOf(error.Key, values, path) })]);
    }

    // Two nodes often have their configurations in one folder: each log is called like its own.
    private static AuditSettings Located(AuditSettings audit, string path, string folder)
        => audit with { Path = Path.GetFullPath(audit.Path ?? Path.Combine("audit", Path.GetFileNameWithoutExtension(path) + ".jsonl"), folder) };

    private static ManagementSettings Located(ManagementSettings management, string path, string folder)
        => management with { Folder = Path.GetFullPath(management.Folder ?? Path.Combine("management", Path.GetFileNameWithoutExtension(path)), folder) };

    private static PolicySettings Located(PolicySettings policy, string path, string folder)
        => policy with
        {
            PinsFile = Path.GetFullPath(policy.PinsFile ?? Path.Combine("pins", Path.GetFileName(path)), folder),
            Fleet = policy.Fleet is { } fleet ? Located(fleet, path, folder) : null,
        };

    private static FleetSettings Located(FleetSettings fleet, string path, string folder) => fleet with
    {
        Source = Uri.TryCreate(fleet.Source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? fleet.Source
            : Path.GetFullPath(fleet.Source, folder),
        Cache = Path.GetFullPath(fleet.Cache ?? Path.GetFileName(path) + ".fleet", folder),
    };

    private static IConfigurationRoot BuildValues(string path, ConfigurationOverrides overrides, ConfigurationErrors errors)
    {
        var builder = new ConfigurationBuilder();
        try
        {
            // By stream: the file provider would silently refuse names and folders that start with a dot.
            using var stream = File.OpenRead(path);
            return builder.AddJsonStream(stream)
                .AddInMemoryCollection(PolicyAssignment.Read(path))
                .AddInMemoryCollection(FromEnvironment(overrides.Environment))
                .AddInMemoryCollection(overrides.Settings)
                .Build();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add("", path, FileProblem(exception, path), "name the node's JSON file; 'feberelay config schema' describes its content");
        }
        catch (JsonException exception)
        {
            errors.Add("", path, $"is not valid JSON: {JsonProblem(exception)}", "correct the file at that place");
        }
        catch (FormatException exception)
        {
            errors.Add("", path, $"is not usable: {exception.Message.TrimEnd('.')}", "write one JSON object, each key once");
        }

        return new ConfigurationBuilder().Build();
    }

    // Only names with a double underscore: a container platform may set FEBERELAY_PORT and the like for a service of this name.
    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IReadOnlyDictionary<string, string> environment)
        => from variable in environment
           where variable.Key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase) && variable.Key.Contains(EnvironmentSeparator)
           select KeyValuePair.Create<string, string?>(
               variable.Key[EnvironmentPrefix.Length..].Replace(EnvironmentSeparator, ConfigurationPath.KeyDelimiter), variable.Value);

    private static string FileProblem(Exception exception, string path)
        => exception is FileNotFoundException or DirectoryNotFoundException ? "does not exist"
            : Directory.Exists(path) ? "is a folder"
            : $"cannot be read: {exception.Message.TrimEnd('.')}";

    private static string JsonProblem(JsonException exception)
    {
        // The platform counts both from zero and repeats them, in its own way, at the end of its message.
        var message = exception.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {message}";
    }

    private static string OriginOf(string key, IConfigurationRoot values, string path)
    {
        string[] names = [Path.GetFileName(path), Path.GetFileName(PolicyAssignment.FileOf(path)), "environment", "--set"];
        for (var i = names.Length - 1; i > 0; i--)
        {
            if (key.Length > 0 && values.Providers.ElementAt(i).TryGet(key, out _))
            {
                return names[i];
            }
        }

        return names[0];
    }
}
