using System.CommandLine;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Cli.Commands;

/// <summary>The options that all commands on policies share, and what they name.</summary>
internal sealed class PolicyOptions(CommandContext context)
{
    private readonly Option<string> _file = ConfigurationOptions.File(required: true);
    private readonly Option<string[]> _settings = ConfigurationOptions.Settings();

    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_settings);
    }

    public string FileOf(ParseResult parsed) => parsed.GetRequiredValue(_file);

    /// <summary>Runs a command on the configuration, or writes its errors. Certificates are not opened: policies do not need them.</summary>
    public int Run(ParseResult parsed, Func<NodeConfiguration, int> run)
        => Run(parsed, (configuration, _) => run(configuration));

    /// <summary>The same, with the sections of .NET and YARP.</summary>
    public int Run(ParseResult parsed, Func<NodeConfiguration, IConfiguration, int> run)
        => Load(parsed) is { Configuration: { } configuration } loaded ? run(configuration, loaded.Values) : ExitCode.ConfigurationInvalid;

    /// <inheritdoc cref="Run(ParseResult, Func{NodeConfiguration, int})"/>
    public Task<int> RunAsync(ParseResult parsed, Func<NodeConfiguration, Task> run) => RunForCodeAsync(parsed, async (configuration, _) =>
    {
        await run(configuration);
        return ExitCode.Succeeded;
    });

    /// <inheritdoc cref="Run(ParseResult, Func{NodeConfiguration, IConfiguration, int})"/>
    public async Task<int> RunForCodeAsync(ParseResult parsed, Func<NodeConfiguration, IConfiguration, Task<int>> run)
        => Load(parsed) is { Configuration: { } configuration } loaded ? await run(configuration, loaded.Values) : ExitCode.ConfigurationInvalid;

    /// <summary>A posture, one of the configuration's policies, or a file.</summary>
    public static NodePolicy Find(PolicySettings settings, string name)
    {
        if (NodePolicyFactory.Find(settings, name) is { } known)
        {
            return known;
        }

        if (!File.Exists(name))
        {
            throw new UserError(ExitCode.Usage, $"there is no policy, posture or file {name}", $"write one of: {string.Join(", ", Names(settings))}; or a file");
        }

        var loaded = PolicyFile.Load(name);
        return loaded.Policy ?? throw new UserError(
            ExitCode.ConfigurationInvalid, string.Join("; ", loaded.Errors.Select(error => $"{name}: {error.Key} {error.Problem}")), [.. loaded.Errors.Select(error => error.Fix)]);
    }

    public static IEnumerable<string> Names(PolicySettings settings)
        => Posture.All.Select(posture => posture.Name).Concat(settings.Policies.Keys.Order(StringComparer.OrdinalIgnoreCase));

    private ConfigurationLoadResult? Load(ParseResult parsed)
    {
        var loaded = ConfigurationOptions.Load(context with { Checks = [] }, FileOf(parsed), parsed.GetRequiredValue(_settings));
        if (loaded.IsValid)
        {
            return loaded;
        }

        Messages.Write(parsed.InvocationConfiguration.Error, FileOf(parsed), loaded.Errors);
        return null;
    }
}
