using System.Collections;
using FeBeRelay.Cli;
using FeBeRelay.Relay.Probing;

// The composition root: the only place that reads the environment and the command line, and that knows every part.
using var signals = new StopSignals();
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
var context = new CommandContext(environment, Checks: [], new NodeProbe(TimeProvider.System).RunAsync);
return await CommandLine.RunAsync(args, context, Console.Out, Console.Error, signals.Token);
