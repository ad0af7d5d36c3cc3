using System.CommandLine;

namespace FeBeRelay.Cli.Commands;

/// <summary>
/// <c>feberelay certs</c>: a certificate authority for a lab or a small site. Paths of what was made go to standard output, what is
/// said about them to standard error. Exit codes: 0 done, 1 failed or a shown certificate has problems, 2 wrong usage.
/// </summary>
internal static class CertsCommand
{
    private const string Examples = """
          feberelay certs init --name "Site CA"                       ca.pem and ca.key in certs/out
          feberelay certs issue fe1.lab.test --ou "Front Ends"        a node's key and certificate
          feberelay certs csr be1.lab.test --directory .               on the node itself: its key stays there
          feberelay certs sign be1.lab.test.csr                       beside the authority: show the names, ask, sign
          feberelay certs serve --listen 10.99.0.9:8445               or answer new nodes over the network,
          feberelay certs token fe2.lab.test --out fe2.token          each of which brings a token that counts once,
          feberelay certs enroll https://10.99.0.9:8445 --token-file fe2.token      and makes its key itself
          feberelay certs renew fe1.lab.test --from https://10.99.0.9:8445          later, on the node: a new key and certificate
          feberelay certs renew fe1.lab.test                          a new key and certificate in the old one's place
          feberelay certs revoke fe1.lab.test.pem                     take it back: ca.crl, for node:revocation:lists
          feberelay certs psk plant7                                  a key that a group of nodes shares
          feberelay certs show fe1.lab.test.pem                       what is in it, and what nodes would have against it
        """;

    public static Command Create() => Create(new CertsEnvironment(TimeProvider.System, AskAtTerminal));

    public static Command Create(CertsEnvironment environment) =>
        new ExampleCommand("certs", "Make and look at certificates for a lab or a small site", Examples)
    {
        CertsInitCommand.Create(environment),
        CertsIssueCommand.Create(environment),
        CertsCsrCommand.Create(),
        CertsSignCommand.Create(environment),
        CertsTokenCommand.Create(environment),
        CertsServeCommand.Create(environment),
        CertsEnrollCommand.Create(environment),
        CertsRenewCommand.Create(environment),
        CertsRevokeCommand.Create(environment),
        CertsShowCommand.Create(environment),
        CertsPskCommand.Create(),
    };

    private static bool? AskAtTerminal()
    {
        if (Console.IsInputRedirected)
            return null;
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
