using System.CommandLine;

namespace FeBeRelay.Cli.Commands;

/// <summary>
/// <c>feberelay certs</c>: a certificate authority for a lab or a small site. Paths of what was made go to standard output, what is
/// said about them to standard error. Exit codes: 0 done, 1 failed or a shown certificate has problems, 2 wrong usage.
/// </summary>
internal static class CertsCommand
{
    public static Command Create() => Create(new CertsEnvironment(TimeProvider.System, AskAtTerminal));

    public static Command Create(CertsEnvironment environment) => new("certs", "Make and look at certificates for a lab or a small site")
    {
        CertsInitCommand.Create(environment),
        CertsIssueCommand.Create(environment),
        CertsCsrCommand.Create(),
        CertsSignCommand.Create(environment),
        CertsShowCommand.Create(environment),
    };

    private static bool? AskAtTerminal()
    {
        if (Console.IsInputRedirected)
            return null;
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
