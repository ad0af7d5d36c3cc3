using System.Collections;
using FeBeRelay.Channel.Transport.Epoll;
using FeBeRelay.Cli;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Probing;

// The composition root: the only place that reads the environment and the command line, and that knows every part.
// Socket events are answered on the thread that sees them: half the system's work for a small message (bench/README.md). Read at the first
// socket, and for the whole process: long work moves to the pool by itself.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
EventLoops.Use();
using var signals = new StopSignals();
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
var context = new CommandContext(environment, Checks: [IdentityChecks.Create(TimeProvider.System)], new NodeProbe(TimeProvider.System).RunAsync);
return await CommandLine.RunAsync(args, context, Console.Out, Console.Error, signals.Token);
