namespace FeBeRelay.Cli;

/// <summary>Ends a command with something a person can mend: a message, what to try, and an exit code; never a stack trace.</summary>
internal sealed class UserError : Exception
{
    public UserError(int exitCode, string message, params IReadOnlyList<string> hints)
        : base(message)
    {
        ExitCode = exitCode;
        Hints = hints;
    }

    public int ExitCode { get; }

    public IReadOnlyList<string> Hints { get; }
}
