using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Cli.Commands;
using FeBeRelay.Cli.Lab;

namespace FeBeRelay.Cli;

/// <summary>The command line as a whole: commands, help, errors, exit codes.</summary>
internal static class CommandLine
{
    private const string Description = """
        Mutually authenticated, encrypted channels between front-end and back-end servers, with no change to either.
        A relay beside the front end takes its plain traffic, a listener beside the back end hands it over.
        """;

    private const string Examples = """
          feberelay lab                                 see it work: a sample mail server, two nodes, a wiretap between them
          feberelay certs init                          an authority for a lab or a small site
          feberelay config check fe1.json               report everything wrong with a configuration
          feberelay run --config be1.json               beside the back end
          feberelay run --config fe1.json               beside the front end
          feberelay audit verify --config fe1.json      is the security log as it was written?
          feberelay policy explain --config fe1.json --from me --to be1      protected, clear or blocked, and by which rule?
          feberelay monitor --config fe1.json           what is protected now, and how?
          feberelay probe be1 --config fe1.json         does the way to be1 work, and if not, where does it stop?
          feberelay capture install --config fe1.json   take connections to a back end without telling the front end
          feberelay conformance --target http://127.0.0.1:8080      what of Exchange-style traffic does that proxy let through?
        """;

    public static async Task<int> RunAsync(
        string[] arguments, CommandContext context, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var parsed = CreateRoot(context).Parse(arguments.Length == 0 ? ["--help"] : arguments);
            if (parsed.Action is ParseErrorAction)
            {
                return UsageErrors.Write(parsed, error);
            }

            // Signals are the program's: the library's own handling would end a drain after two seconds.
            var invocation = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (UserError problem)
        {
            Messages.Write(error, problem.Message, problem.Hints);
            return problem.ExitCode;
        }
        catch (IdentityException problem)
        {
            Messages.Write(error, problem.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception fault)
        {
            Messages.Write(error, $"unexpected: {fault}", "this is a fault of feberelay: please report it with the lines above");
            return ExitCode.Failed;
        }
    }

    private static RootCommand CreateRoot(CommandContext context)
    {
        var root = new RootCommand(Description)
        {
            LabCommand.Create(InProcessTunnel.StartAsync),
            RunCommand.Create(context),
            ConfigCommand.Create(context),
            PolicyCommand.Create(context),
            ProbeCommand.Create(context),
            MonitorCommand.Create(context),
            SaCommand.Create(context),
            AuditCommand.Create(context),
            CertsCommand.Create(),
            CaptureCommand.Create(context),
            ConformanceCommand.Create(),
            CompletionCommand.Create(),
        };
        root.HelpName = "feberelay";

        // Without the library's further spellings, which a shell would offer at every turn.
        root.Options.Remove(root.Options.OfType<HelpOption>().First());
        root.Options.Add(new HelpOption("--help", "-h") { Action = new ExampleHelpAction(new HelpAction(), Examples), Recursive = true });
        return root;
    }
}
