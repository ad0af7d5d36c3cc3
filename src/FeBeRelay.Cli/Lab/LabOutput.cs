using Spectre.Console;

namespace FeBeRelay.Cli.Lab;

/// <summary>Where the lab writes: colours and panels for a terminal, plain lines for a pipe.</summary>
internal sealed class LabOutput
{
    /// <summary>A pipe has no width; nothing may be wrapped there.</summary>
    private const int EndlessLine = 10_000;

    public LabOutput(TextWriter output, TextWriter error)
    {
        Writer = output;
        Error = error;
        IsTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!IsTerminal)
        {
            Console.Profile.Width = EndlessLine;
        }
    }

    public TextWriter Writer { get; }

    public TextWriter Error { get; }

    public IAnsiConsole Console { get; }

    public bool IsTerminal { get; }
}
