using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FeBeRelay.Cli;

/// <summary>The library's help, then worked examples and, for the program as a whole, the exit codes.</summary>
internal sealed class ExampleHelpAction(HelpAction help, string rootExamples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is RootCommand ? rootExamples : (command as ExampleCommand)?.Examples;
        if (examples is not null)
        {
            output.WriteLine("Examples:");
            output.WriteLine(examples);
            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.WriteLine(ExitCode.Help);
        }

        return result;
    }
}

/// <summary>A command whose help ends with worked examples.</summary>
internal sealed class ExampleCommand(string name, string description, string examples) : Command(name, description)
{
    /// <summary>One example a line, indented by two.</summary>
    public string Examples { get; } = examples;
}
