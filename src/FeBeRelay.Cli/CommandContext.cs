using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Probing;

namespace FeBeRelay.Cli;

/// <summary>What the commands need from outside of the command line.</summary>
/// <param name="Environment">The process's environment variables.</param>
/// <param name="Checks">Checks of a configuration beyond its own rules, such as opening certificates.</param>
/// <param name="RunProbe">Probes a peer.</param>
internal sealed record CommandContext(
    IReadOnlyDictionary<string, string> Environment, IReadOnlyList<ConfigurationCheck> Checks, RunProbe RunProbe);
